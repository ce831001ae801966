#include "apply/compare.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "apply/list_items.h"
#include "apply/text_value.h"
#include "cache/json_scan.h"

namespace kubus::apiserver {
namespace {

// What was found at a path and below it.
struct Found {
  Comparison below;
  bool added = false, modified = false, removed = false;

  void take(const PathElement& element, Found child) {
    const auto put = [&](FieldSet& into, bool member, FieldSet& children) {
      if (member || !children.empty()) into.append(element, member, std::move(children));
    };
    put(below.added, child.added, child.below.added);
    put(below.modified, child.modified, child.below.modified);
    put(below.removed, child.removed, child.below.removed);
  }
  void sort() {
    below.added.sort();
    below.modified.sort();
    below.removed.sort();
  }
};

struct Pair {
  std::string_view before, after;  // empty: absent
};

// The members of two objects, paired by name. Both come in the same order for the most part.
class MemberPairs {
 public:
  explicit MemberPairs(const Pair& objects)
      : before_(members_of(objects.before)), after_(members_of(objects.after)) {}

  template <class Visit>
  void each(Visit visit) {
    std::vector<bool> met(before_.size());
    for (const auto& member : after_) {
      const auto at = find(member.raw);
      if (at < before_.size()) met[at] = true;
      visit(member.raw,
            Pair{at < before_.size() ? before_[at].value : std::string_view(), member.value});
    }
    for (std::size_t i = 0; i < before_.size(); ++i)
      if (!met[i]) visit(before_[i].raw, Pair{before_[i].value, {}});
  }

 private:
  static constexpr std::size_t kFew = 32;

  // The size where there is none.
  std::size_t find(std::string_view raw) {
    if (next_ < before_.size() && before_[next_].raw == raw) return next_++;
    std::size_t at = before_.size();
    if (before_.size() <= kFew) {
      const auto found = std::find_if(before_.begin(), before_.end(),
                                      [&](const TextMember& one) { return one.raw == raw; });
      at = static_cast<std::size_t>(found - before_.begin());
    } else {
      if (places_.empty())
        for (std::size_t i = 0; i < before_.size(); ++i) places_.emplace(before_[i].raw, i);
      if (const auto found = places_.find(raw); found != places_.end()) at = found->second;
    }
    if (at < before_.size()) next_ = at + 1;
    return at;
  }

  std::vector<TextMember> before_, after_;
  std::size_t next_ = 0;
  std::unordered_map<std::string_view, std::size_t> places_;
};

template <class Visit>
void each_member(const Pair& objects, Visit visit) {
  // Nothing to pair with.
  if (form_of(objects.before) != TextForm::kMap) {
    MemberScan scan(objects.after);
    while (scan.next()) visit(scan.key(), Pair{{}, scan.value()});
  } else {
    MemberPairs(objects).each(visit);
  }
}

// The items of two lists by what tells them apart, each once.
struct ItemPair {
  PathElement element;
  std::vector<std::string_view> before, after;
};

class ItemPairs {
 public:
  ItemPairs(const Atom& list, const Pair& lists) {
    add(list, lists.before, &ItemPair::before);
    guess_ = 0;
    add(list, lists.after, &ItemPair::after);
  }
  std::vector<ItemPair>& all() { return pairs_; }

 private:
  static constexpr std::size_t kFew = 8;
  using Side = std::vector<std::string_view> ItemPair::*;

  void add(const Atom& list, std::string_view items, Side side) {
    ItemScan scan(items);
    while (scan.next())
      if (auto element = item_element(list, scan.value()))
        (place(std::move(*element)).*side).push_back(scan.value());
  }

  // Lists are short, or have their items in the same order, for the most part.
  ItemPair& place(PathElement element) {
    if (guess_ < pairs_.size() && pairs_[guess_].element == element) return pairs_[guess_++];
    if (pairs_.size() < kFew) {
      for (auto& pair : pairs_)
        if (pair.element == element) return pair;
      return pairs_.emplace_back(ItemPair{std::move(element), {}, {}});
    }
    if (places_.empty())
      for (std::size_t i = 0; i < pairs_.size(); ++i) places_.emplace(pairs_[i].element.text, i);
    const auto [found, fresh] = places_.try_emplace(element.text, pairs_.size());
    if (fresh) pairs_.push_back({std::move(element), {}, {}});
    return pairs_[found->second];
  }

  std::vector<ItemPair> pairs_;
  std::size_t guess_ = 0;
  std::unordered_map<std::string, std::size_t> places_;
};

bool empty_of(TextForm form, std::string_view text) {
  return form_of(text) != form || text.size() == 2;
}

class Comparer {
 public:
  void walk(const Atom& type, const Pair& pair, Found& found) {
    if (pair.before == pair.after) return;
    const auto before = handled_as(type, pair.before), after = handled_as(type, pair.after);
    bool leaf = false;
    if (pair.after.empty()) {
      leaf = walk_as(before, type, pair, found);
    } else {
      if (!pair.before.empty() && before != after) walk_as(before, type, pair, found);
      leaf = walk_as(after, type, pair, found);
    }
    if (leaf) return;
    found.added |= pair.before.empty();
    found.removed |= pair.after.empty();
  }

 private:
  // True for what has no parts of its own.
  bool walk_as(TextForm form, const Atom& type, const Pair& pair, Found& found) {
    const auto merging = form == TextForm::kMap ? type.map : type.list;
    const bool whole = form == TextForm::kScalar || merging == Merging::kWhole ||
                       (empty_of(form, pair.before) && empty_of(form, pair.after));
    if (whole) {
      found.added |= pair.before.empty();
      found.removed |= pair.after.empty();
      found.modified |= !pair.before.empty() && !pair.after.empty();
      return true;
    }
    if (form == TextForm::kMap)
      walk_members(type, pair, found);
    else
      walk_items(type, pair, found);
    found.sort();
    return false;
  }

  void walk_members(const Atom& type, const Pair& pair, Found& found) {
    each_member(pair, [&](std::string_view raw, const Pair& member) {
      if (member.before == member.after) return;
      auto element = field_element(raw);
      const Atom* member_type = type.member(element.text);
      Found child;
      walk(member_type ? *member_type : any_atom(), member, child);
      found.take(element, std::move(child));
    });
  }

  void walk_items(const Atom& type, const Pair& pair, Found& found) {
    ItemPairs pairs(type, pair);
    for (auto& items : pairs.all()) {
      Found child;
      walk_item(type, items, child);
      found.take(items.element, std::move(child));
    }
  }

  // Items that are there more than once are compared as one value, which nobody owns parts of.
  void walk_item(const Atom& type, const ItemPair& items, Found& found) {
    const auto first = [](const auto& list) {
      return list.empty() ? std::string_view() : list.front();
    };
    const bool many_before = items.before.size() > 1, many_after = items.after.size() > 1;
    if (many_before && many_after) {
      found.modified = items.before != items.after;
    } else if (many_before) {
      if (!items.after.empty()) walk(*type.items, {{}, items.after.front()}, found);
      found.removed = true;
    } else if (many_after) {
      if (!items.before.empty()) walk(*type.items, {items.before.front(), {}}, found);
      found.added = true;
    } else {
      walk(*type.items, {first(items.before), first(items.after)}, found);
    }
  }
};

// The fields of one value.
class Collector {
 public:
  // True where the value itself is a field.
  bool walk(const Atom& type, std::string_view value, FieldSet& below) {
    const auto form = handled_as(type, value);
    if (form == TextForm::kScalar) return true;
    if ((form == TextForm::kMap ? type.map : type.list) == Merging::kWhole) return true;
    if (form == TextForm::kMap)
      walk_members(type, value, below);
    else
      walk_items(type, value, below);
    below.sort();
    return false;
  }

 private:
  void walk_members(const Atom& type, std::string_view value, FieldSet& below) {
    MemberScan scan(value);
    while (scan.next()) {
      auto element = field_element(scan.key());
      const Atom* declared = type.field(element.text);
      const Atom* member_type = declared ? declared : type.values;
      FieldSet children;
      bool itself = walk(member_type ? *member_type : any_atom(), scan.value(), children);
      itself |= !declared || scan.value() == "{}" || form_of(scan.value()) == TextForm::kNull;
      below.append(std::move(element), itself, std::move(children));
    }
  }

  void walk_items(const Atom& type, std::string_view value, FieldSet& below) {
    ItemPairs pairs(type, {{}, value});
    for (auto& items : pairs.all()) {
      FieldSet children;
      if (items.after.size() == 1) walk(*type.items, items.after.front(), children);
      below.append(std::move(items.element), true, std::move(children));
    }
  }
};

}  // namespace

Comparison compare(const Atom& type, std::string_view before, std::string_view after) {
  Found found;
  Comparer().walk(type, {before, after}, found);
  return std::move(found.below);
}

FieldSet field_set_of(const Atom& type, std::string_view json) {
  FieldSet fields;
  Collector().walk(type, json, fields);
  return fields;
}

}  // namespace kubus::apiserver
