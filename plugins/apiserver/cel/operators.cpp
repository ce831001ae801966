// Arithmetic, comparison, membership.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>

#include "cel/functions.h"

namespace kubus::apiserver::cel {
namespace {

constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();

// An operation of the compiler's that tells of overflow.
template <auto Operation, class T>
Value checked(T a, T b, const char* message) {
  T out;
  if (Operation(a, b, &out)) return Value::error(message);
  return Value::of(out);
}
constexpr auto kAdd = [](auto a, auto b, auto* out) { return __builtin_add_overflow(a, b, out); };
constexpr auto kSubtract = [](auto a, auto b, auto* out) {
  return __builtin_sub_overflow(a, b, out);
};
constexpr auto kMultiply = [](auto a, auto b, auto* out) {
  return __builtin_mul_overflow(a, b, out);
};

template <auto Operation>
Value ints(Args a) {
  return checked<Operation>(a[0].as_int(), a[1].as_int(), "integer overflow");
}
template <auto Operation>
Value uints(Args a) {
  return checked<Operation>(a[0].as_uint(), a[1].as_uint(), "unsigned integer overflow");
}

Value divide_ints(Args a) {
  if (a[1].as_int() == 0) return Value::error("division by zero");
  if (a[0].as_int() == kMin && a[1].as_int() == -1) return Value::error("integer overflow");
  return Value::of(a[0].as_int() / a[1].as_int());
}
Value modulo_ints(Args a) {
  if (a[1].as_int() == 0) return Value::error("modulus by zero");
  if (a[0].as_int() == kMin && a[1].as_int() == -1) return Value::error("integer overflow");
  return Value::of(a[0].as_int() % a[1].as_int());
}
Value divide_uints(Args a) {
  if (a[1].as_uint() == 0) return Value::error("division by zero");
  return Value::of(a[0].as_uint() / a[1].as_uint());
}
Value modulo_uints(Args a) {
  if (a[1].as_uint() == 0) return Value::error("modulus by zero");
  return Value::of(a[0].as_uint() % a[1].as_uint());
}

Value duration_of(std::int64_t a, std::int64_t b, bool minus) {
  std::int64_t out;
  if (minus ? __builtin_sub_overflow(a, b, &out) : __builtin_add_overflow(a, b, &out))
    return Value::error("duration overflow");
  return Value::duration(out);
}

Value moved(const Value& time, std::int64_t by, bool back) {
  __extension__ typedef __int128 Wide;
  constexpr std::int64_t kSecond = 1'000'000'000;
  const Wide at = Wide(time.as_int()) * kSecond + time.nanos() + (back ? -Wide(by) : Wide(by));
  auto seconds = at / kSecond;
  auto nanos = at % kSecond;
  if (nanos < 0) {
    nanos += kSecond;
    --seconds;
  }
  return Value::timestamp(static_cast<std::int64_t>(seconds), static_cast<std::int32_t>(nanos));
}

Value between(Args a) {
  std::int64_t seconds, nanos;
  if (__builtin_sub_overflow(a[0].as_int(), a[1].as_int(), &seconds) ||
      __builtin_mul_overflow(seconds, std::int64_t(1'000'000'000), &nanos) ||
      __builtin_add_overflow(nanos, std::int64_t(a[0].nanos() - a[1].nanos()), &nanos))
    return Value::error("duration overflow");
  return Value::duration(nanos);
}

Value joined(Args a) {
  auto text = std::string(a[0].as_text()).append(a[1].as_text());
  return a[0].kind() == Kind::kBytes ? Value::bytes(std::move(text)) : Value::text(std::move(text));
}

// Two lists one after the other, without a copy: a list can grow as fast as it can double.
struct Joined final : List {
  Joined(Value before, Value after) : first(std::move(before)), second(std::move(after)) {}
  std::size_t size() const override { return whole; }
  Value at(std::size_t index) const override {
    return index < part ? first.as_list().at(index) : second.as_list().at(index - part);
  }
  const Value first, second;
  const std::size_t part = first.as_list().size();
  const std::size_t whole = part + second.as_list().size();
};
Value joined_lists(Args a) {
  auto both = std::make_shared<Joined>(a[0], a[1]);
  if (both->whole > 10'000'000) return Value::error("list too large");
  return Value::list(std::move(both));
}

template <class Accept>
Value ordered(Args a, std::string_view name, Accept accept) {
  const auto order = compare(a[0], a[1], a.meter);
  if (order) return Value::of(accept(*order));
  if (a[0].is_number() && a[1].is_number()) return Value::of(false);  // not a number
  return no_overload(name);
}
Value less(Args a) {
  return ordered(a, "_<_", [](int order) { return order < 0; });
}
Value at_most(Args a) {
  return ordered(a, "_<=_", [](int order) { return order <= 0; });
}
Value greater(Args a) {
  return ordered(a, "_>_", [](int order) { return order > 0; });
}
Value at_least(Args a) {
  return ordered(a, "_>=_", [](int order) { return order >= 0; });
}

std::uint64_t smaller_of(Args a) {
  if (a[0].kind() != Kind::kString && a[0].kind() != Kind::kBytes) return 1;
  return std::max<std::uint64_t>(1, tenth(std::min(size_of(a[0]), size_of(a[1]))));
}
std::uint64_t compared(Args a) {
  return std::max<std::uint64_t>(1, tenth(std::min(size_of(a[0]), size_of(a[1]))));
}
std::uint64_t whole_list(Args a) { return std::max<std::uint64_t>(1, size_of(a[1])); }

Value in_list(Args a) {
  const auto& list = a[1].as_list();
  for (std::size_t i = 0; i < list.size(); ++i)
    if (equal(a[0], list.at(i), a.meter)) return Value::of(true);
  return Value::of(false);
}
Value in_map(Args a) { return Value::of(!a[1].as_map().find(a[0]).is_error()); }

// Numbers that are whole find what an int of that value finds.
std::optional<std::size_t> position_of(const Value& index) {
  double real = -1;
  if (index.kind() == Kind::kInt) real = static_cast<double>(index.as_int());
  if (index.kind() == Kind::kUint) real = static_cast<double>(index.as_uint());
  if (index.kind() == Kind::kDouble) real = index.as_double();
  if (!(real >= 0) || real != std::floor(real) || real > 1e15) return std::nullopt;
  return static_cast<std::size_t>(real);
}
std::string text_of_index(const Value& index) {
  if (index.kind() == Kind::kInt) return std::to_string(index.as_int());
  if (index.kind() == Kind::kUint) return std::to_string(index.as_uint());
  return std::to_string(index.as_double());
}
Value item(Args a) {
  const auto position = position_of(a[1]);
  if (!position || *position >= a[0].as_list().size())
    return Value::error("index out of bounds: " + text_of_index(a[1]));
  return a[0].as_list().at(*position);
}
Value entry(Args a) {
  auto out = a[0].as_map().find(a[1]);
  if (out.is_error() && a[1].kind() == Kind::kString)
    return Value::error("no such key: " + std::string(a[1].as_text()));
  return out;
}
Value optional_part(Args a) {
  if (a[0].kind() == Kind::kOptional) {
    if (!a[0].optional_value()) return Value::none();
    const std::array<Value, 2> inner = {*a[0].optional_value(), a[1]};
    return optional_part({inner, a.meter});
  }
  const bool list = a[0].kind() == Kind::kList;
  if (!list && a[0].kind() != Kind::kMap) return no_overload("_[?_]");
  auto out = list ? item(a) : entry(a);
  return out.is_error() ? Value::none() : Value::some(std::move(out));
}

Value equals(Args a) { return Value::of(equal(a[0], a[1], a.meter)); }
Value differs(Args a) { return Value::of(!equal(a[0], a[1], a.meter)); }

constexpr Signature kOperators[] = {
    {"_+_(int, int) int", ints<kAdd>},
    {"_+_(uint, uint) uint", uints<kAdd>},
    {"_+_(double, double) double",
     [](Args a) { return Value::of(a[0].as_double() + a[1].as_double()); }},
    {"_+_(string, string) string", joined, walk_all},
    {"_+_(bytes, bytes) bytes", joined, walk_all},
    {"_+_(list(A), list(A)) list(A)", joined_lists},
    {"_+_(duration, duration) duration",
     [](Args a) { return duration_of(a[0].as_int(), a[1].as_int(), false); }},
    {"_+_(timestamp, duration) timestamp",
     [](Args a) { return moved(a[0], a[1].as_int(), false); }},
    {"_+_(duration, timestamp) timestamp",
     [](Args a) { return moved(a[1], a[0].as_int(), false); }},
    {"_-_(int, int) int", ints<kSubtract>},
    {"_-_(uint, uint) uint", uints<kSubtract>},
    {"_-_(double, double) double",
     [](Args a) { return Value::of(a[0].as_double() - a[1].as_double()); }},
    {"_-_(duration, duration) duration",
     [](Args a) { return duration_of(a[0].as_int(), a[1].as_int(), true); }},
    {"_-_(timestamp, duration) timestamp", [](Args a) { return moved(a[0], a[1].as_int(), true); }},
    {"_-_(timestamp, timestamp) duration", between},
    {"_*_(int, int) int", ints<kMultiply>},
    {"_*_(uint, uint) uint", uints<kMultiply>},
    {"_*_(double, double) double",
     [](Args a) { return Value::of(a[0].as_double() * a[1].as_double()); }},
    {"_/_(int, int) int", divide_ints},
    {"_/_(uint, uint) uint", divide_uints},
    {"_/_(double, double) double",
     [](Args a) { return Value::of(a[0].as_double() / a[1].as_double()); }},
    {"_%_(int, int) int", modulo_ints},
    {"_%_(uint, uint) uint", modulo_uints},
    {"-_(int) int",
     [](Args a) { return checked<kSubtract>(std::int64_t(0), a[0].as_int(), "integer overflow"); }},
    {"-_(double) double", [](Args a) { return Value::of(-a[0].as_double()); }},
    {"-_(duration) duration", [](Args a) { return duration_of(0, a[0].as_int(), true); }},
    {"!_(bool) bool", [](Args a) { return Value::of(!a[0].is_true()); }},
    {"_==_(A, A) bool", equals, compared},
    {"_!=_(A, A) bool", differs, compared},
    {"@in(A, list(A)) bool", in_list, whole_list},
    {"@in(A, map(A, B)) bool", in_map},
    {"_[_](list(A), int) A", item},
    {"_[_](list(A), dyn) A", item},
    {"_[_](map(A, B), A) B", entry},
    {"_[?_](list(A), int) optional(A)", optional_part},
    {"_[?_](map(A, B), A) optional(B)", optional_part},
    {"_[?_](optional(list(A)), int) optional(A)", optional_part},
    {"_[?_](optional(map(A, B)), A) optional(B)", optional_part},
};

// Of each kind that has an order, and of numbers of two kinds.
#define KUBUS_ORDER(types)                                                                  \
  {"_<_(" types ") bool", less, smaller_of}, {"_<=_(" types ") bool", at_most, smaller_of}, \
      {"_>_(" types ") bool", greater, smaller_of}, {                                       \
    "_>=_(" types ") bool", at_least, smaller_of                                            \
  }
constexpr Signature kOrders[] = {
    KUBUS_ORDER("bool, bool"),
    KUBUS_ORDER("int, int"),
    KUBUS_ORDER("int, double"),
    KUBUS_ORDER("int, uint"),
    KUBUS_ORDER("uint, uint"),
    KUBUS_ORDER("uint, double"),
    KUBUS_ORDER("uint, int"),
    KUBUS_ORDER("double, double"),
    KUBUS_ORDER("double, int"),
    KUBUS_ORDER("double, uint"),
    KUBUS_ORDER("string, string"),
    KUBUS_ORDER("bytes, bytes"),
    KUBUS_ORDER("timestamp, timestamp"),
    KUBUS_ORDER("duration, duration"),
};
#undef KUBUS_ORDER

}  // namespace

std::span<const Signature> operators() {
  static const auto all = [] {
    std::vector<Signature> out(std::begin(kOperators), std::end(kOperators));
    out.insert(out.end(), std::begin(kOrders), std::end(kOrders));
    return out;
  }();
  return all;
}

}  // namespace kubus::apiserver::cel
