// What may be there or not.
#include "cel/functions.h"

namespace kubus::apiserver::cel {
namespace {

bool is_zero(const Value& value) {
  switch (value.kind()) {
    case Kind::kNull:
      return true;
    case Kind::kBool:
      return !value.is_true();
    case Kind::kInt:
    case Kind::kDuration:
      return value.as_int() == 0;
    case Kind::kUint:
      return value.as_uint() == 0;
    case Kind::kDouble:
      return value.as_double() == 0;
    case Kind::kString:
    case Kind::kBytes:
    case Kind::kList:
    case Kind::kMap:
      return size_of(value) == 0;
    default:
      return false;
  }
}

Value value_of(Args a) {
  return a[0].optional_value() ? *a[0].optional_value()
                               : Value::error("optional.none() dereference");
}

constexpr Signature kOptionals[] = {
    {"optional.of(A) optional(A)", [](Args a) { return Value::some(a[0]); }},
    {"optional.ofNonZeroValue(A) optional(A)",
     [](Args a) { return is_zero(a[0]) ? Value::none() : Value::some(a[0]); }},
    {"optional.none() optional(A)", [](Args) { return Value::none(); }},
    {"[optional(A)] hasValue() bool",
     [](Args a) { return Value::of(a[0].optional_value() != nullptr); }},
    {"[optional(A)] value() A", value_of},
    {"[optional(A)] orValue(A) A",
     [](Args a) { return a[0].optional_value() ? *a[0].optional_value() : a[1]; }},
    {"[optional(A)] or(optional(A)) optional(A)",
     [](Args a) { return a[0].optional_value() ? a[0] : a[1]; }},
};

}  // namespace

std::span<const Signature> optional_functions() { return kOptionals; }

}  // namespace kubus::apiserver::cel
