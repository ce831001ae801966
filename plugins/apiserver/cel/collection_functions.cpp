// Lists cut, turned, sorted and put together.
#include <algorithm>

#include "cel/functions.h"

namespace kubus::apiserver::cel {
namespace {

std::vector<Value> items_of(const Value& value) {
  const auto& list = value.as_list();
  std::vector<Value> out;
  out.reserve(list.size());
  for (std::size_t i = 0; i < list.size(); ++i) out.push_back(list.at(i));
  return out;
}

std::uint64_t by_items(Args a) { return 1 + size_of(a[0]); }
std::uint64_t by_pairs(Args a) { return 1 + size_of(a[0]) * size_of(a[0]); }
std::uint64_t by_slice(Args a) {
  const auto size = a[2].as_int() - std::min(a[1].as_int(), a[2].as_int());
  return 1 + std::min(static_cast<std::uint64_t>(std::max<std::int64_t>(size, 0)),
                      std::uint64_t(size_of(a[0])));
}
std::uint64_t by_count(Args a) {
  return 1 + static_cast<std::uint64_t>(std::max<std::int64_t>(a[0].as_int(), 0));
}

Value slice(Args a) {
  const auto from = a[1].as_int(), to = a[2].as_int();
  const auto size = static_cast<std::int64_t>(a[0].as_list().size());
  const auto what = "cannot slice(" + std::to_string(from) + ", " + std::to_string(to) + "), ";
  if (from < 0 || to < 0) return Value::error(what + "negative indexes not supported");
  if (from > to)
    return Value::error(what + "start index must be less than or equal to end index");
  if (size < to) return Value::error(what + "list is length " + std::to_string(size));
  std::vector<Value> out;
  for (auto i = from; i < to; ++i)
    out.push_back(a[0].as_list().at(static_cast<std::size_t>(i)));
  return Value::list(std::move(out));
}

void append_flat(const Value& list, std::int64_t depth, Meter& meter, std::vector<Value>& out) {
  const auto& items = list.as_list();
  for (std::size_t i = 0; i < items.size() && meter.take(1); ++i) {
    auto item = items.at(i);
    if (item.kind() == Kind::kList && depth > 0)
      append_flat(item, depth - 1, meter, out);
    else
      out.push_back(std::move(item));
  }
}
Value flatten(Args a) {
  const auto depth = a.size() > 1 ? a[1].as_int() : 1;
  if (depth < 0) return Value::error("level must be non-negative");
  std::vector<Value> out;
  append_flat(a[0], depth, a.meter, out);
  return Value::list(std::move(out));
}

Value range(Args a) {
  std::vector<Value> out;
  for (std::int64_t i = 0; i < a[0].as_int() && a.meter.take(1); ++i) out.push_back(Value::of(i));
  return Value::list(std::move(out));
}

Value reversed(Args a) {
  auto out = items_of(a[0]);
  std::reverse(out.begin(), out.end());
  return Value::list(std::move(out));
}

Value distinct(Args a) {
  std::vector<Value> out;
  for (auto& item : items_of(a[0]))
    if (std::none_of(out.begin(), out.end(),
                     [&](const Value& known) { return equal(known, item, a.meter); }))
      out.push_back(std::move(item));
  return Value::list(std::move(out));
}

// The list in the order of the keys, which are as many.
Value sorted_by(const Value& list, const List& keys, Meter& meter) {
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (keys.at(i).kind() != keys.at(0).kind())
      return Value::error("list elements must have the same type");
    if (!compare(keys.at(i), keys.at(i), meter))
      return Value::error("list elements must be comparable");
  }
  std::vector<std::size_t> order(keys.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t x, std::size_t y) {
    return compare(keys.at(x), keys.at(y), meter).value_or(0) < 0;
  });
  std::vector<Value> out;
  for (const auto i : order) out.push_back(list.as_list().at(i));
  return Value::list(std::move(out));
}
Value sorted(Args a) { return sorted_by(a[0], a[0].as_list(), a.meter); }
Value sorted_by_keys(Args a) {
  if (a[0].as_list().size() != a[1].as_list().size()) return Value::error("no such overload");
  return sorted_by(a[0], a[1].as_list(), a.meter);
}

Value first(Args a) {
  const auto& list = a[0].as_list();
  return list.size() == 0 ? Value::none() : Value::some(list.at(0));
}
Value last(Args a) {
  const auto& list = a[0].as_list();
  return list.size() == 0 ? Value::none() : Value::some(list.at(list.size() - 1));
}

Value unwrapped(Args a) {
  std::vector<Value> out;
  for (const auto& item : items_of(a[0])) {
    if (item.kind() != Kind::kOptional) return Value::error("no such overload");
    if (const auto* value = item.optional_value()) out.push_back(*value);
  }
  return Value::list(std::move(out));
}

constexpr Signature kCollections[] = {
    {"[list(A)] slice(int, int) list(A)", slice, by_slice},
    {"[list(list(A))] flatten() list(A)", flatten, by_items},
    {"[list(dyn)] flatten(int) list(dyn)", flatten, by_items},
    {"lists.range(int) list(int)", range, by_count},
    {"[list(A)] reverse() list(A)", reversed, by_items},
    {"[list(A)] distinct() list(A)", distinct, by_pairs},
    {"[list(int)] sort() list(int)", sorted, by_pairs},
    {"[list(uint)] sort() list(uint)", sorted, by_pairs},
    {"[list(double)] sort() list(double)", sorted, by_pairs},
    {"[list(bool)] sort() list(bool)", sorted, by_pairs},
    {"[list(duration)] sort() list(duration)", sorted, by_pairs},
    {"[list(timestamp)] sort() list(timestamp)", sorted, by_pairs},
    {"[list(string)] sort() list(string)", sorted, by_pairs},
    {"[list(bytes)] sort() list(bytes)", sorted, by_pairs},
    // What sortBy() is made of; no expression can say this name.
    {"[list(A)] @sortByAssociatedKeys(list(int)) list(A)", sorted_by_keys, by_pairs},
    {"[list(A)] @sortByAssociatedKeys(list(uint)) list(A)", sorted_by_keys, by_pairs},
    {"[list(A)] @sortByAssociatedKeys(list(double)) list(A)", sorted_by_keys, by_pairs},
    {"[list(A)] @sortByAssociatedKeys(list(bool)) list(A)", sorted_by_keys, by_pairs},
    {"[list(A)] @sortByAssociatedKeys(list(duration)) list(A)", sorted_by_keys, by_pairs},
    {"[list(A)] @sortByAssociatedKeys(list(timestamp)) list(A)", sorted_by_keys, by_pairs},
    {"[list(A)] @sortByAssociatedKeys(list(string)) list(A)", sorted_by_keys, by_pairs},
    {"[list(A)] @sortByAssociatedKeys(list(bytes)) list(A)", sorted_by_keys, by_pairs},
    {"[list(A)] first() optional(A)", first},
    {"[list(A)] last() optional(A)", last},
    {"optional.unwrap(list(optional(A))) list(A)", unwrapped, by_items},
    {"[list(optional(A))] unwrapOpt() list(A)", unwrapped, by_items},
};

}  // namespace

std::span<const Signature> collection_functions() { return kCollections; }

}  // namespace kubus::apiserver::cel
