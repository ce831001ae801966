// Value: what expressions compute with. Strings, lists and maps of a document are referred to, not
// copied: the document outlives the values.
//
// Thread safety: values; what they share is immutable.
#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cel/type.h"

namespace kubus::apiserver::cel {

class Value;

// What a value refers to.
struct Referent {
  virtual ~Referent() = default;
};
struct List : Referent {
  virtual std::size_t size() const = 0;
  virtual Value at(std::size_t index) const = 0;
};
struct Map : Referent {
  virtual std::size_t size() const = 0;
  // An error value when there is none.
  virtual Value find(const Value& key) const = 0;
  virtual std::vector<Value> keys() const = 0;
};
// Of a library: an address, a quantity, ...
struct Opaque : Referent {
  virtual std::string_view type_name() const = 0;
  virtual bool equals(const Opaque& other) const = 0;
};

class Value {
 public:
  Value() = default;  // null
  static Value error(std::string message);
  static Value of(bool value);
  static Value of(std::int64_t value);
  static Value of(std::uint64_t value);
  static Value of(double value);
  static Value text(std::string value);
  // Refers to text that outlives the value.
  static Value view(std::string_view text);
  static Value bytes(std::string value);
  static Value timestamp(std::int64_t seconds, std::int32_t nanos);  // an error out of 1 to 9999
  static Value duration(std::int64_t nanos);
  static Value type(TypePtr type);
  static Value list(std::vector<Value> items);
  static Value list(std::shared_ptr<const List> list);
  // Of pairs; a key that comes twice is an error.
  static Value map(std::vector<std::pair<Value, Value>> entries);
  static Value map(std::shared_ptr<const Map> map);
  static Value none();
  static Value some(Value value);
  static Value opaque(std::shared_ptr<const Opaque> value);
  // A part of a document, read as `type` says: null for a document without a schema.
  static Value json(const boost::json::value& document, const TypePtr& type);

  Kind kind() const { return kind_; }
  bool is_error() const { return kind_ == Kind::kError; }
  bool is_number() const {
    return kind_ == Kind::kInt || kind_ == Kind::kUint || kind_ == Kind::kDouble;
  }
  bool is_true() const { return kind_ == Kind::kBool && number_.truth; }

  // Each only of a value of that kind.
  std::int64_t as_int() const { return number_.integer; }
  std::uint64_t as_uint() const { return number_.natural; }
  double as_double() const { return number_.real; }
  // Of a string, of bytes, and the message of an error.
  std::string_view as_text() const { return text_; }
  std::int32_t nanos() const { return nanos_; }  // of a timestamp whose seconds as_int() has
  const List& as_list() const { return static_cast<const List&>(*referent_); }
  const Map& as_map() const { return static_cast<const Map&>(*referent_); }
  const Opaque& as_opaque() const { return static_cast<const Opaque&>(*referent_); }
  const Type& as_type() const;
  const Value* optional_value() const;  // null for none

  // The type as type() of an expression answers it.
  TypePtr runtime_type() const;

 private:
  union Number {
    bool truth;
    std::int64_t integer = 0;
    std::uint64_t natural;
    double real;
  };
  Kind kind_ = Kind::kNull;
  std::int32_t nanos_ = 0;
  Number number_;
  std::string_view text_;
  std::shared_ptr<const Referent> referent_;
};

// A bound on work that the cost of an expression, whose rules are the reference's, does not see:
// lists that hold the same long text many times over are cheap to make and endless to compare.
class Meter {
 public:
  // In parts of values, or 64 bytes of text: what takes some nanoseconds.
  static constexpr std::uint64_t kMost = 20'000'000;
  // False, and false ever after, when less than that is left.
  bool take(std::uint64_t work) {
    left_ = exhausted() || work > left_ ? 0 : left_ - work;
    return !exhausted();
  }
  bool take_text(std::size_t bytes) { return take(1 + bytes / 64); }
  bool exhausted() const { return left_ == 0; }

 private:
  std::uint64_t left_ = kMost;
};

// As `==`: numbers by value, lists and maps by their parts; values of other kinds are not equal.
// What the meter has no work left for is equal to nothing, and has no order.
bool equal(const Value& a, const Value& b, Meter& meter);
// Less, equal or greater as -1, 0, 1; nothing for what has no order.
std::optional<int> compare(const Value& a, const Value& b, Meter& meter);
// How many characters, items or entries; 1 for the rest. The measure of what work on it costs.
std::size_t size_of(const Value& value);

}  // namespace kubus::apiserver::cel
