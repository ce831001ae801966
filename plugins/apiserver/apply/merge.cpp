#include "apply/merge.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <unordered_map>

#include "apply/list_items.h"

namespace kubus::apiserver {
namespace {

namespace bj = boost::json;

// Items in their order. Of what is there more than once none is merged with anything.
struct IndexedItems {
  std::vector<PathElement> order;
  std::unordered_map<std::string, const bj::value*> by_text;  // null: more than once

  bool has(const PathElement& element) const { return by_text.contains(element.text); }
  const bj::value* find(const PathElement& element) const {
    const auto found = by_text.find(element.text);
    return found == by_text.end() ? nullptr : found->second;
  }
};

Result<IndexedItems> index_items(const Atom& list, const bj::array& items) {
  IndexedItems index;
  for (const auto& item : items) {
    auto element = item_element(list, item);
    if (!element.ok()) return element.status();
    const auto [place, fresh] = index.by_text.try_emplace(element->text, &item);
    if (!fresh) place->second = nullptr;
    index.order.push_back(std::move(*element));
  }
  return index;
}

const bj::value* if_filled(const bj::value* value, bj::kind kind) {
  if (value == nullptr || value->kind() != kind) return nullptr;
  const bool empty =
      kind == bj::kind::object ? value->get_object().empty() : value->get_array().empty();
  return empty ? nullptr : value;
}

Result<bj::value> merge_values(const Atom& type, const bj::value* live, const bj::value* config);

// Weaves the items of the live list into those of the configuration.
class ListMerge {
 public:
  ListMerge(const Atom& type, const bj::array& live, const IndexedItems& live_index,
            const IndexedItems& config_index)
      : type_(type), live_(live), lhs_(live_index), rhs_(config_index) {
    for (const auto& element : rhs_.order)
      if (lhs_.has(element)) shared_.push_back(&element);
  }

  Result<bj::value> run() {
    while (left_ < lhs_.order.size() || right_ < rhs_.order.size()) {
      if (left_ < lhs_.order.size() && right_ < rhs_.order.size()) {
        const auto& element = lhs_.order[left_];
        if (element == rhs_.order[right_]) {
          KUBUS_TRY(take_config(element));
          ++left_;
          if (next_ < shared_.size()) ++next_;
          continue;
        }
        // Both have it, but it is not its turn.
        if (rhs_.has(element) && next_ < shared_.size() && *shared_[next_] != element) {
          ++left_;
          continue;
        }
      }
      if (left_ < lhs_.order.size()) {
        const auto& element = lhs_.order[left_];
        if (!rhs_.has(element)) {
          out_.push_back(live_[left_++]);
          continue;
        }
        if (merged_.contains(element.text)) ++left_;
      }
      if (right_ < rhs_.order.size()) {
        const auto& element = rhs_.order[right_];
        const bool was_next = next_ < shared_.size() && *shared_[next_] == element;
        KUBUS_TRY(take_config(element));
        if (was_next) ++next_;
      }
    }
    return bj::value(std::move(out_));
  }

 private:
  Status take_config(const PathElement& element) {
    merged_.emplace(element.text, true);
    auto merged = merge_values(*type_.items, lhs_.find(element), rhs_.find(element));
    if (!merged.ok()) return merged.status();
    out_.push_back(std::move(*merged));
    ++right_;
    return {};
  }

  const Atom& type_;
  const bj::array& live_;
  const IndexedItems &lhs_, &rhs_;
  std::vector<const PathElement*> shared_;  // in the order of the configuration
  std::size_t left_ = 0, right_ = 0, next_ = 0;
  std::unordered_map<std::string, bool> merged_;
  bj::array out_;
};

Result<bj::value> merge_lists(const Atom& type, const bj::value* live, const bj::value* config) {
  static const bj::array kNone;
  const bj::array& left = live ? live->get_array() : kNone;
  const bj::array& right = config ? config->get_array() : kNone;
  auto live_index = index_items(type, left);
  if (!live_index.ok()) return live_index.status();
  auto config_index = index_items(type, right);
  if (!config_index.ok()) return config_index.status();
  return ListMerge(type, left, *live_index, *config_index).run();
}

Result<bj::value> merge_maps(const Atom& type, const bj::value* live, const bj::value* config) {
  bj::object out;
  if (live) out = live->get_object();
  if (!config) return bj::value(std::move(out));
  for (const auto& member : config->get_object()) {
    const Atom* member_type = type.member(member.key());
    auto& place = out[member.key()];
    const bool has_live = live && live->get_object().contains(member.key());
    auto merged =
        merge_values(member_type ? *member_type : any_atom(),
                     has_live ? &live->get_object().at(member.key()) : nullptr, &member.value());
    if (!merged.ok()) return merged;
    place = std::move(*merged);
  }
  return bj::value(std::move(out));
}

// At least one of them is given; the configuration wins where it is not merged.
Result<bj::value> merge_values(const Atom& type, const bj::value* live, const bj::value* config) {
  if (config == nullptr) return *live;
  if (live == nullptr) return *config;
  for (const auto kind : {bj::kind::object, bj::kind::array}) {
    const bool object = kind == bj::kind::object;
    if ((object ? type.map : type.list) != Merging::kSeparate) continue;
    const auto* left = if_filled(live, kind);
    const auto* right = if_filled(config, kind);
    // Null and empty are the same to what is merged.
    const bool other_form = !config->is_null() && config->kind() != kind;
    if ((!left && !right) || other_form) continue;
    return object ? merge_maps(type, left, right) : merge_lists(type, left, right);
  }
  return *config;
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

Result<bj::value> merge_config(const Atom& type, const bj::value& live, const bj::value& config) {
  return merge_values(type, &live, &config);
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
