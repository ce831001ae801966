// Kubernetes quantities.
#include "cel/functions.h"
#include "kubus/api/quantity.h"

namespace kubus::apiserver::cel {
namespace {

struct QuantityOpaque final : Opaque {
  explicit QuantityOpaque(QuantityValue quantity) : quantity(quantity) {}
  std::string_view type_name() const override { return "kubernetes.Quantity"; }
  bool equals(const Opaque& other) const override {
    return quantity == static_cast<const QuantityOpaque&>(other).quantity;
  }
  const QuantityValue quantity;
};

const QuantityValue& amount(const Value& value) {
  return static_cast<const QuantityOpaque&>(value.as_opaque()).quantity;
}
Value wrap(QuantityValue quantity) {
  return Value::opaque(std::make_shared<QuantityOpaque>(quantity));
}

Value quantity(Args a) {
  const auto parsed = QuantityValue::parse(a[0].as_text());
  return parsed.ok() ? wrap(*parsed) : Value::error(parsed.status().message());
}
Value is_quantity(Args a) { return Value::of(QuantityValue::parse(a[0].as_text()).ok()); }

bool is_whole(const QuantityValue& quantity) {
  // A value that is rounded up is as large as one that is not only if there is nothing to round.
  return quantity == QuantityValue::from_int(quantity.value());
}
Value as_integer(Args a) {
  if (!is_whole(amount(a[0]))) return Value::error("cannot convert value to integer");
  return Value::of(amount(a[0]).value());
}

QuantityValue operand(const Value& value) {
  return value.kind() == Kind::kInt ? QuantityValue::from_int(value.as_int()) : amount(value);
}
Value plus(Args a) { return wrap(amount(a[0]) + operand(a[1])); }
Value minus(Args a) { return wrap(amount(a[0]) - operand(a[1])); }
Value compared(Args a) {
  const auto order = amount(a[0]) <=> amount(a[1]);
  return Value::of(std::int64_t(order < 0 ? -1 : order > 0 ? 1 : 0));
}

constexpr Signature kQuantities[] = {
    {"quantity(string) kubernetes.Quantity", quantity, walk_first},
    {"isQuantity(string) bool", is_quantity, walk_first},
    {"sign(kubernetes.Quantity) int",
     [](Args a) { return Value::of(std::int64_t(amount(a[0]).sign())); }},
    {"[kubernetes.Quantity] isInteger() bool",
     [](Args a) { return Value::of(is_whole(amount(a[0]))); }},
    {"[kubernetes.Quantity] asInteger() int", as_integer},
    {"[kubernetes.Quantity] asApproximateFloat() double",
     [](Args a) { return Value::of(amount(a[0]).to_double()); }},
    {"[kubernetes.Quantity] add(kubernetes.Quantity) kubernetes.Quantity", plus},
    {"[kubernetes.Quantity] add(int) kubernetes.Quantity", plus},
    {"[kubernetes.Quantity] sub(kubernetes.Quantity) kubernetes.Quantity", minus},
    {"[kubernetes.Quantity] sub(int) kubernetes.Quantity", minus},
    {"[kubernetes.Quantity] isGreaterThan(kubernetes.Quantity) bool",
     [](Args a) { return Value::of(amount(a[0]) > amount(a[1])); }},
    {"[kubernetes.Quantity] isLessThan(kubernetes.Quantity) bool",
     [](Args a) { return Value::of(amount(a[0]) < amount(a[1])); }},
    {"[kubernetes.Quantity] compareTo(kubernetes.Quantity) int", compared},
};

}  // namespace

std::span<const Signature> quantity_functions() { return kQuantities; }

}  // namespace kubus::apiserver::cel
