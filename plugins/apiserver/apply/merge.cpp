#include "apply/merge.h"

#include <algorithm>
#include <boost/json.hpp>
#include <unordered_map>
#include <unordered_set>

#include "apply/list_items.h"

namespace kubus::apiserver {
namespace {

namespace bj = boost::json;

constexpr std::size_t kNone = std::string::npos;

// The items of a list by what tells them apart.
class ItemIndex {
 public:
  // kBadRequest for an item that cannot be told apart.
  Status fill(const Atom& list, const bj::array& items) {
    for (const auto& item : items) {
      auto element = item_element(list, item);
      if (!element.ok()) return element.status();
      order_.push_back(std::move(*element));
    }
    if (order_.size() > kFew) {
      for (std::size_t i = 0; i < order_.size(); ++i) {
        const auto [place, fresh] = places_.try_emplace(order_[i].text, Place{i, true});
        place->second.alone &= fresh;
      }
    }
    return {};
  }
  std::size_t size() const { return order_.size(); }
  const PathElement& operator[](std::size_t at) const { return order_[at]; }
  bool has(const PathElement& element) const { return first(element) != kNone; }
  // Of what is there more than once none is meant.
  std::size_t only(const PathElement& element) const {
    if (order_.size() > kFew) {
      const auto found = places_.find(element.text);
      return found == places_.end() || !found->second.alone ? kNone : found->second.first;
    }
    const auto at = first(element);
    if (at == kNone) return kNone;
    return std::count(order_.begin() + static_cast<std::ptrdiff_t>(at), order_.end(), element) == 1
               ? at
               : kNone;
  }

 private:
  static constexpr std::size_t kFew = 16;
  struct Place {
    std::size_t first = 0;
    bool alone = true;
  };

  std::size_t first(const PathElement& element) const {
    if (order_.size() > kFew) {
      const auto found = places_.find(element.text);
      return found == places_.end() ? kNone : found->second.first;
    }
    const auto found = std::find(order_.begin(), order_.end(), element);
    return found == order_.end() ? kNone : static_cast<std::size_t>(found - order_.begin());
  }

  std::vector<PathElement> order_;
  std::unordered_map<std::string, Place> places_;
};

// Equal as values: members in any order, 1 and 1.0.
bool same_value(const bj::value& a, const bj::value& b) {
  if (a.is_number() && b.is_number()) return a.to_number<double>() == b.to_number<double>();
  if (a.kind() != b.kind()) return false;
  if (const auto* object = a.if_object()) {
    if (object->size() != b.get_object().size()) return false;
    return std::all_of(object->begin(), object->end(), [&](const auto& member) {
      const auto* other = b.get_object().if_contains(member.key());
      return other && same_value(member.value(), *other);
    });
  }
  if (const auto* array = a.if_array())
    return std::equal(array->begin(), array->end(), b.get_array().begin(), b.get_array().end(),
                      same_value);
  return a == b;
}

bool is_filled(const bj::value& value, bj::kind kind) {
  if (value.kind() != kind) return false;
  return kind == bj::kind::object ? !value.get_object().empty() : !value.get_array().empty();
}

// Weaves the items of the live list into those of the configuration.
class ListMerge {
 public:
  ListMerge(const Atom& type, bj::array& live, const bj::array& config)
      : type_(type), live_(live), config_(config), out_(live.storage()) {}

  Status run() {
    KUBUS_TRY(lhs_.fill(type_, live_));
    KUBUS_TRY(rhs_.fill(type_, config_));
    for (std::size_t i = 0; i < rhs_.size(); ++i)
      if (lhs_.has(rhs_[i])) shared_.push_back(i);
    while (left_ < lhs_.size() || right_ < rhs_.size()) KUBUS_TRY(step());
    live_ = std::move(out_);
    return {};
  }

 private:
  bool is_next(const PathElement& element) const {
    return next_ < shared_.size() && rhs_[shared_[next_]] == element;
  }

  Status step() {
    if (left_ < lhs_.size() && right_ < rhs_.size()) {
      if (lhs_[left_] == rhs_[right_]) {
        KUBUS_TRY(take_config());
        ++left_;
        if (next_ < shared_.size()) ++next_;
        return {};
      }
      // Both have it, but it is not its turn.
      if (rhs_.has(lhs_[left_]) && next_ < shared_.size() && !is_next(lhs_[left_])) {
        ++left_;
        return {};
      }
    }
    if (left_ < lhs_.size()) {
      if (!rhs_.has(lhs_[left_])) {
        out_.push_back(std::move(live_[left_++]));
        return {};
      }
      if (merged_.contains(lhs_[left_].text)) ++left_;
    }
    if (right_ < rhs_.size()) {
      const bool was_next = is_next(rhs_[right_]);
      KUBUS_TRY(take_config());
      if (was_next) ++next_;
    }
    return {};
  }

  Status take_config() {
    const auto& element = rhs_[right_];
    const auto& config = config_[right_++];
    merged_.insert(element.text);
    const auto at = lhs_.only(element);
    if (at == kNone) {
      out_.push_back(config);
      return {};
    }
    out_.push_back(std::move(live_[at]));
    return merge_config(*type_.items, out_.back(), config);
  }

  const Atom& type_;
  bj::array& live_;
  const bj::array& config_;
  ItemIndex lhs_, rhs_;
  std::vector<std::size_t> shared_;  // places in the configuration
  std::size_t left_ = 0, right_ = 0, next_ = 0;
  std::unordered_set<std::string> merged_;
  bj::array out_;
};

Status merge_members(const Atom& type, bj::object& live, const bj::object& config) {
  for (const auto& member : config) {
    if (auto* place = live.if_contains(member.key())) {
      const Atom* member_type = type.member(member.key());
      KUBUS_TRY(merge_config(member_type ? *member_type : any_atom(), *place, member.value()));
    } else {
      live.emplace(member.key(), member.value());
    }
  }
  return {};
}

bj::value remove_items(const Atom& type, const bj::array& items, const FieldSet& doomed) {
  bj::array out;
  for (const auto& item : items) {
    const auto element = item_element(type, item);
    const auto* node = element.ok() ? doomed.find(*element) : nullptr;
    if (node && node->member) continue;
    out.push_back(node ? remove_fields(*type.items, item, node->children) : item);
  }
  return out.empty() ? bj::value(nullptr) : bj::value(std::move(out));
}

bj::value remove_members(const Atom& type, const bj::object& object, const FieldSet& doomed) {
  bj::object out;
  for (const auto& member : object) {
    const auto* node = doomed.find(PathElement{ElementKind::kField, std::string(member.key())});
    if (node && node->member) continue;
    const Atom* member_type = type.member(member.key());
    out.emplace(member.key(), node ? remove_fields(member_type ? *member_type : any_atom(),
                                                   member.value(), node->children)
                                   : member.value());
  }
  return out.empty() ? bj::value(nullptr) : bj::value(std::move(out));
}

}  // namespace

Status merge_config(const Atom& type, bj::value& live, const bj::value& config) {
  for (const auto kind : {bj::kind::object, bj::kind::array}) {
    const bool object = kind == bj::kind::object;
    if ((object ? type.map : type.list) != Merging::kSeparate || !is_filled(live, kind)) continue;
    if (is_filled(config, kind))
      return object ? merge_members(type, live.get_object(), config.get_object())
                    : ListMerge(type, live.get_array(), config.get_array()).run();
    // Null and empty say nothing about what is merged.
    if (config.is_null() || config.kind() == kind) return {};
  }
  if (!same_value(live, config)) live = config;
  return {};
}

bj::value remove_fields(const Atom& type, const bj::value& value, const FieldSet& doomed) {
  if (value.is_array() && type.list == Merging::kSeparate)
    return remove_items(type, value.get_array(), doomed);
  if (value.is_object() && type.map == Merging::kSeparate)
    return remove_members(type, value.get_object(), doomed);
  return value;
}

FieldSet with_named_fields(const FieldSet& fields, const Atom& type) {
  FieldSet out;
  for (const auto& node : fields.nodes()) {
    const Atom* below = &any_atom();
    bool named = false;
    if (node.element.kind == ElementKind::kField && type.map != Merging::kNone) {
      named = !node.children.empty() && type.field(node.element.text) != nullptr;
      if (const Atom* member = type.member(node.element.text)) below = member;
    } else if (node.element.kind == ElementKind::kKey && type.items != nullptr) {
      below = type.items;
    }
    out.append(node.element, node.member || named, with_named_fields(node.children, *below));
  }
  return out;
}

}  // namespace kubus::apiserver
