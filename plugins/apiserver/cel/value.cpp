#include "cel/value.h"

#include <algorithm>
#include <cmath>

#include "kubus/api/utf8.h"

namespace kubus::apiserver::cel {
namespace {

struct Text final : Referent {
  explicit Text(std::string value) : text(std::move(value)) {}
  const std::string text;
};
struct Held final : Referent {
  explicit Held(Value held) : value(std::move(held)) {}
  const Value value;
};
struct HeldType final : Referent {
  explicit HeldType(TypePtr held) : type(std::move(held)) {}
  const TypePtr type;
};

struct Items final : List {
  explicit Items(std::vector<Value> values) : items(std::move(values)) {}
  std::size_t size() const override { return items.size(); }
  Value at(std::size_t index) const override { return items[index]; }
  const std::vector<Value> items;
};

// Keys of a map that an expression makes: truth values, numbers, then strings.
bool key_less(const Value& a, const Value& b) {
  const auto rank = [](const Value& key) {
    return key.kind() == Kind::kBool ? 0 : key.is_number() ? 1 : 2;
  };
  if (rank(a) != rank(b)) return rank(a) < rank(b);
  Meter meter;
  return compare(a, b, meter).value_or(0) < 0;
}

// Sorted by key, so that a look-up is a binary search.
struct Entries final : Map {
  using Pair = std::pair<Value, Value>;
  explicit Entries(std::vector<Pair> pairs) : entries(std::move(pairs)) {}
  std::size_t size() const override { return entries.size(); }
  Value find(const Value& key) const override {
    const auto at = std::lower_bound(
        entries.begin(), entries.end(), key,
        [](const Pair& entry, const Value& wanted) { return key_less(entry.first, wanted); });
    Meter meter;
    if (at == entries.end() || !equal(at->first, key, meter)) return Value::error("no such key");
    return at->second;
  }
  std::vector<Value> keys() const override {
    std::vector<Value> out;
    for (const auto& entry : entries) out.push_back(entry.first);
    return out;
  }
  const std::vector<Pair> entries;
};

int order(double a, double b) { return a < b ? -1 : a > b ? 1 : 0; }

// Exact: a large integer is not rounded to compare it with a float.
std::optional<int> compare_numbers(const Value& a, const Value& b) {
  const auto three_way = [](auto x, auto y) { return x < y ? -1 : x > y ? 1 : 0; };
  if (a.kind() == b.kind()) {
    if (a.kind() == Kind::kInt) return three_way(a.as_int(), b.as_int());
    if (a.kind() == Kind::kUint) return three_way(a.as_uint(), b.as_uint());
    if (std::isnan(a.as_double()) || std::isnan(b.as_double())) return std::nullopt;
    return order(a.as_double(), b.as_double());
  }
  if (a.kind() == Kind::kDouble) {
    const auto other = compare_numbers(b, a);
    return other ? std::optional(-*other) : std::nullopt;
  }
  if (b.kind() == Kind::kDouble) {
    const double real = b.as_double();
    if (std::isnan(real)) return std::nullopt;
    if (real >= 18446744073709551616.0) return -1;
    if (real < -9223372036854775808.0) return 1;
    const long double left = a.kind() == Kind::kInt ? static_cast<long double>(a.as_int())
                                                    : static_cast<long double>(a.as_uint());
    return three_way(left, static_cast<long double>(real));
  }
  if (a.kind() == Kind::kInt)
    return a.as_int() < 0 ? -1 : three_way(static_cast<std::uint64_t>(a.as_int()), b.as_uint());
  return b.as_int() < 0 ? 1 : three_way(a.as_uint(), static_cast<std::uint64_t>(b.as_int()));
}

bool equal_maps(const Map& a, const Map& b, Meter& meter) {
  if (a.size() != b.size()) return false;
  for (const auto& key : a.keys()) {
    const auto other = b.find(key);
    if (other.is_error() || !equal(a.find(key), other, meter)) return false;
  }
  return true;
}

bool equal_lists(const List& a, const List& b, Meter& meter) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (!equal(a.at(i), b.at(i), meter)) return false;
  return true;
}

bool equal_texts(std::string_view a, std::string_view b, Meter& meter) {
  if (a.size() != b.size()) return false;
  return a.data() == b.data() || (meter.take_text(a.size()) && a == b);
}

}  // namespace

Value Value::error(std::string message) {
  auto out = text(std::move(message));
  out.kind_ = Kind::kError;
  return out;
}
Value Value::of(bool value) {
  Value out;
  out.kind_ = Kind::kBool;
  out.number_.truth = value;
  return out;
}
Value Value::of(std::int64_t value) {
  Value out;
  out.kind_ = Kind::kInt;
  out.number_.integer = value;
  return out;
}
Value Value::of(std::uint64_t value) {
  Value out;
  out.kind_ = Kind::kUint;
  out.number_.natural = value;
  return out;
}
Value Value::of(double value) {
  Value out;
  out.kind_ = Kind::kDouble;
  out.number_.real = value;
  return out;
}
Value Value::text(std::string value) {
  Value out;
  auto held = std::make_shared<Text>(std::move(value));
  out.kind_ = Kind::kString;
  out.text_ = held->text;
  out.referent_ = std::move(held);
  return out;
}
Value Value::view(std::string_view text) {
  Value out;
  out.kind_ = Kind::kString;
  out.text_ = text;
  return out;
}
Value Value::bytes(std::string value) {
  auto out = text(std::move(value));
  out.kind_ = Kind::kBytes;
  return out;
}
Value Value::timestamp(std::int64_t seconds, std::int32_t nanos) {
  constexpr std::int64_t kFirst = -62135596800, kLast = 253402300799;
  if (seconds < kFirst || seconds > kLast) return error("timestamp overflow");
  Value out;
  out.kind_ = Kind::kTimestamp;
  out.number_.integer = seconds;
  out.nanos_ = nanos;
  return out;
}
Value Value::duration(std::int64_t nanos) {
  Value out;
  out.kind_ = Kind::kDuration;
  out.number_.integer = nanos;
  return out;
}
Value Value::type(TypePtr type) {
  Value out;
  out.kind_ = Kind::kType;
  out.referent_ = std::make_shared<HeldType>(std::move(type));
  return out;
}
Value Value::list(std::shared_ptr<const List> list) {
  Value out;
  out.kind_ = Kind::kList;
  out.referent_ = std::move(list);
  return out;
}
Value Value::list(std::vector<Value> items) {
  return list(std::make_shared<Items>(std::move(items)));
}
Value Value::map(std::shared_ptr<const Map> map) {
  Value out;
  out.kind_ = Kind::kMap;
  out.referent_ = std::move(map);
  return out;
}
Value Value::map(std::vector<std::pair<Value, Value>> entries) {
  std::sort(entries.begin(), entries.end(),
            [](const auto& a, const auto& b) { return key_less(a.first, b.first); });
  Meter meter;
  for (std::size_t i = 1; i < entries.size(); ++i)
    if (equal(entries[i - 1].first, entries[i].first, meter)) return error("duplicate map key");
  return map(std::make_shared<Entries>(std::move(entries)));
}
Value Value::none() {
  Value out;
  out.kind_ = Kind::kOptional;
  return out;
}
Value Value::some(Value value) {
  Value out;
  out.kind_ = Kind::kOptional;
  out.referent_ = std::make_shared<Held>(std::move(value));
  return out;
}
Value Value::opaque(std::shared_ptr<const Opaque> value) {
  Value out;
  out.kind_ = Kind::kOpaque;
  out.referent_ = std::move(value);
  return out;
}

const Type& Value::as_type() const { return *static_cast<const HeldType&>(*referent_).type; }
const Value* Value::optional_value() const {
  return referent_ ? &static_cast<const Held&>(*referent_).value : nullptr;
}

TypePtr Value::runtime_type() const {
  if (kind_ == Kind::kOpaque) return opaque_type(as_opaque().type_name());
  return type_of(kind_);
}

bool equal(const Value& a, const Value& b, Meter& meter) {
  if (!meter.take(1)) return false;
  if (a.is_number() && b.is_number()) return compare_numbers(a, b) == 0;
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case Kind::kNull:
      return true;
    case Kind::kBool:
      return a.is_true() == b.is_true();
    case Kind::kString:
    case Kind::kBytes:
      return equal_texts(a.as_text(), b.as_text(), meter);
    case Kind::kList:
      return equal_lists(a.as_list(), b.as_list(), meter);
    case Kind::kMap:
      return equal_maps(a.as_map(), b.as_map(), meter);
    case Kind::kTimestamp:
      return a.as_int() == b.as_int() && a.nanos() == b.nanos();
    case Kind::kDuration:
      return a.as_int() == b.as_int();
    case Kind::kType:
      return a.as_type().text() == b.as_type().text();
    case Kind::kOptional: {
      const auto *left = a.optional_value(), *right = b.optional_value();
      return left && right ? equal(*left, *right, meter) : !left && !right;
    }
    case Kind::kOpaque:
      return a.as_opaque().type_name() == b.as_opaque().type_name() &&
             a.as_opaque().equals(b.as_opaque());
    default:
      return false;
  }
}

std::optional<int> compare(const Value& a, const Value& b, Meter& meter) {
  if (a.is_number() && b.is_number()) return compare_numbers(a, b);
  if (a.kind() != b.kind()) return std::nullopt;
  const auto three_way = [](auto x, auto y) { return x < y ? -1 : x > y ? 1 : 0; };
  switch (a.kind()) {
    case Kind::kBool:
      return three_way(a.is_true(), b.is_true());
    case Kind::kString:
    case Kind::kBytes:
      if (!meter.take_text(std::min(a.as_text().size(), b.as_text().size()))) return std::nullopt;
      return three_way(a.as_text(), b.as_text());
    case Kind::kDuration:
      return three_way(a.as_int(), b.as_int());
    case Kind::kTimestamp:
      return a.as_int() != b.as_int() ? three_way(a.as_int(), b.as_int())
                                      : three_way(a.nanos(), b.nanos());
    default:
      return std::nullopt;
  }
}

std::size_t size_of(const Value& value) {
  switch (value.kind()) {
    case Kind::kString:
      return utf8_count(value.as_text());
    case Kind::kBytes:
      return value.as_text().size();
    case Kind::kList:
      return value.as_list().size();
    case Kind::kMap:
      return value.as_map().size();
    default:
      return 1;
  }
}

}  // namespace kubus::apiserver::cel
