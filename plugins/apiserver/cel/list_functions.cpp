// Lists as wholes, and sets.
#include <algorithm>
#include <array>

#include "cel/functions.h"

namespace kubus::apiserver::cel {
namespace {

std::uint64_t by_items(Args a) { return 1 + size_of(a[0]); }
std::uint64_t by_pairs(Args a) { return 1 + size_of(a[0]) * size_of(a[1]); }

Value is_sorted(Args a) {
  const auto& list = a[0].as_list();
  for (std::size_t i = 1; i < list.size(); ++i) {
    const auto order = compare(list.at(i - 1), list.at(i), a.meter);
    if (!order) return Value::error("no such overload");
    if (*order > 0) return Value::of(false);
  }
  return Value::of(true);
}

// The sum of nothing is the zero of the list's type; a list without items has none here, so int.
Value sum(Args a) {
  const auto& list = a[0].as_list();
  if (list.size() == 0) return Value::of(std::int64_t(0));
  // Of what does not grow: a sum of texts would copy them once for each item.
  if (!list.at(0).is_number() && list.at(0).kind() != Kind::kDuration)
    return Value::error("no such overload");
  static const auto* add = find_function("_+_", false);
  auto total = list.at(0);
  for (std::size_t i = 1; i < list.size(); ++i) {
    const std::array<Value, 2> both = {total, list.at(i)};
    const auto* overload = match(*add, both);
    if (!overload) return Value::error("no such overload");
    total = overload->code({both, a.meter});
    if (total.is_error()) return total;
  }
  return total;
}

Value extreme(Args a, int wanted, const char* name) {
  const auto& list = a[0].as_list();
  if (list.size() == 0) return Value::error(std::string(name) + " called on empty list");
  auto best = list.at(0);
  for (std::size_t i = 1; i < list.size(); ++i) {
    auto one = list.at(i);
    const auto order = compare(one, best, a.meter);
    if (!order) return Value::error("no such overload");
    if (*order * wanted > 0) best = std::move(one);
  }
  return best;
}

Value index_of(Args a) {
  const auto& list = a[0].as_list();
  for (std::size_t i = 0; i < list.size(); ++i)
    if (equal(list.at(i), a[1], a.meter)) return Value::of(static_cast<std::int64_t>(i));
  return Value::of(std::int64_t(-1));
}
Value last_index_of(Args a) {
  const auto& list = a[0].as_list();
  for (std::size_t i = list.size(); i-- > 0;)
    if (equal(list.at(i), a[1], a.meter)) return Value::of(static_cast<std::int64_t>(i));
  return Value::of(std::int64_t(-1));
}

Value least(Args a) { return extreme(a, -1, "min"); }
Value greatest(Args a) { return extreme(a, 1, "max"); }

bool holds(const List& list, const Value& value, Meter& meter) {
  for (std::size_t i = 0; i < list.size(); ++i)
    if (equal(list.at(i), value, meter)) return true;
  return false;
}
bool holds_all(const List& list, const List& of, Meter& meter) {
  for (std::size_t i = 0; i < of.size(); ++i)
    if (!holds(list, of.at(i), meter)) return false;
  return true;
}
bool holds_any(const List& list, const List& of, Meter& meter) {
  for (std::size_t i = 0; i < of.size(); ++i)
    if (holds(list, of.at(i), meter)) return true;
  return false;
}

constexpr Signature kLists[] = {
    {"[list(int)] isSorted() bool", is_sorted, by_items},
    {"[list(uint)] isSorted() bool", is_sorted, by_items},
    {"[list(double)] isSorted() bool", is_sorted, by_items},
    {"[list(bool)] isSorted() bool", is_sorted, by_items},
    {"[list(duration)] isSorted() bool", is_sorted, by_items},
    {"[list(timestamp)] isSorted() bool", is_sorted, by_items},
    {"[list(string)] isSorted() bool", is_sorted, by_items},
    {"[list(bytes)] isSorted() bool", is_sorted, by_items},
    {"[list(int)] sum() int", sum, by_items},
    {"[list(uint)] sum() uint", sum, by_items},
    {"[list(double)] sum() double", sum, by_items},
    {"[list(duration)] sum() duration", sum, by_items},
    {"[list(int)] min() int", least, by_items},
    {"[list(uint)] min() uint", least, by_items},
    {"[list(double)] min() double", least, by_items},
    {"[list(bool)] min() bool", least, by_items},
    {"[list(duration)] min() duration", least, by_items},
    {"[list(timestamp)] min() timestamp", least, by_items},
    {"[list(string)] min() string", least, by_items},
    {"[list(bytes)] min() bytes", least, by_items},
    {"[list(int)] max() int", greatest, by_items},
    {"[list(uint)] max() uint", greatest, by_items},
    {"[list(double)] max() double", greatest, by_items},
    {"[list(bool)] max() bool", greatest, by_items},
    {"[list(duration)] max() duration", greatest, by_items},
    {"[list(timestamp)] max() timestamp", greatest, by_items},
    {"[list(string)] max() string", greatest, by_items},
    {"[list(bytes)] max() bytes", greatest, by_items},
    {"[list(A)] indexOf(A) int", index_of, by_items},
    {"[list(A)] lastIndexOf(A) int", last_index_of, by_items},
};

constexpr Signature kSets[] = {
    {"sets.contains(list(A), list(A)) bool",
     [](Args a) { return Value::of(holds_all(a[0].as_list(), a[1].as_list(), a.meter)); },
     by_pairs},
    {"sets.intersects(list(A), list(A)) bool",
     [](Args a) { return Value::of(holds_any(a[0].as_list(), a[1].as_list(), a.meter)); },
     by_pairs},
    {"sets.equivalent(list(A), list(A)) bool",
     [](Args a) {
       return Value::of(holds_all(a[0].as_list(), a[1].as_list(), a.meter) &&
                        holds_all(a[1].as_list(), a[0].as_list(), a.meter));
     },
     by_pairs},
};

}  // namespace

std::span<const Signature> list_functions() { return kLists; }
std::span<const Signature> set_functions() { return kSets; }

}  // namespace kubus::apiserver::cel
