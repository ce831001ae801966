// Kubernetes quantities: decimal numbers with a suffix (100m, 1.5Gi, 2e3), exact to a billionth.
//
// Thread safety: values. The arithmetic is exact; a quantity that does not fit is cut off at the
// largest one, 2^63 - 1 units, as the reference does when it parses.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "kubus/api/types.h"
#include "kubus/status.h"

namespace kubus {

enum class QuantityFormat : std::uint8_t { kDecimalSi, kBinarySi, kDecimalExponent };

class QuantityValue {
 public:
  QuantityValue() = default;
  // `milli` thousandths; 1500 prints as "1500m".
  static QuantityValue from_milli(std::int64_t milli);
  static QuantityValue from_int(std::int64_t units,
                                QuantityFormat format = QuantityFormat::kDecimalSi);
  // kBadRequest in the reference's words for text that is no quantity.
  static Result<QuantityValue> parse(std::string_view text);
  // An API field; one that was never set, or holds nonsense, is zero.
  static QuantityValue of(const Quantity& field);

  // The canonical form: no fraction, the largest suffix that keeps all digits.
  std::string to_string() const;
  void append_to(std::string& out) const;
  void store(Quantity& field) const;

  // Rounded up (away from zero), cut off at the ends of int64.
  std::int64_t value() const;
  std::int64_t milli_value() const;
  double to_double() const;

  bool is_zero() const { return nano_ == 0; }
  int sign() const { return nano_ < 0 ? -1 : nano_ > 0 ? 1 : 0; }
  QuantityFormat format() const { return format_; }

  // The sum takes the format of the left side, or of the right one while the left is zero.
  QuantityValue& operator+=(const QuantityValue& other);
  QuantityValue& operator-=(const QuantityValue& other);
  friend QuantityValue operator+(QuantityValue a, const QuantityValue& b) { return a += b; }
  friend QuantityValue operator-(QuantityValue a, const QuantityValue& b) { return a -= b; }
  QuantityValue operator-() const;

  // By amount; the format does not count.
  friend bool operator==(const QuantityValue& a, const QuantityValue& b) {
    return a.nano_ == b.nano_;
  }
  friend std::strong_ordering operator<=>(const QuantityValue& a, const QuantityValue& b) {
    return a.nano_ <=> b.nano_;
  }

 private:
  // Billionths. 2^63 units in billionths need 93 bits.
  __extension__ typedef __int128 Wide;
  Wide nano_ = 0;
  QuantityFormat format_ = QuantityFormat::kDecimalSi;
};

}  // namespace kubus
