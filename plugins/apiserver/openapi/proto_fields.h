// Fields: the fields of one protobuf message, written in the order they are added.
//
// Thread safety: used by one thread. A value that is not of the type that a field wants is left
// out: documents come from anywhere.
#pragma once

#include <bit>
#include <boost/json.hpp>
#include <cstdint>
#include <string>
#include <string_view>

namespace kubus::apiserver {

class Fields {
 public:
  Fields& text(unsigned number, std::string_view value) {
    tag(number, 2);
    varint(value.size());
    out_.append(value);
    return *this;
  }
  Fields& text(unsigned number, const boost::json::value& value) {
    if (const auto* text = value.if_string()) this->text(number, std::string_view(*text));
    return *this;
  }
  Fields& texts(unsigned number, const boost::json::value& values) {
    if (const auto* items = values.if_array())
      for (const auto& value : *items) text(number, value);
    return *this;
  }
  Fields& flag(unsigned number, const boost::json::value& value) {
    if (const auto* flag = value.if_bool()) integer(number, *flag ? 1 : 0);
    return *this;
  }
  Fields& integer(unsigned number, const boost::json::value& value) {
    boost::system::error_code error;
    const auto whole = value.to_number<std::int64_t>(error);
    if (!error) integer(number, whole);
    return *this;
  }
  Fields& real(unsigned number, const boost::json::value& value) {
    boost::system::error_code error;
    const auto real = value.to_number<double>(error);
    if (error) return *this;
    tag(number, 1);
    const auto bits = std::bit_cast<std::uint64_t>(real);
    for (int shift = 0; shift < 64; shift += 8) out_.push_back(static_cast<char>(bits >> shift));
    return *this;
  }
  Fields& message(unsigned number, const Fields& inner) {
    return text(number, std::string_view(inner.out_));
  }
  std::string take() { return std::move(out_); }

 private:
  void integer(unsigned number, std::int64_t value) {
    tag(number, 0);
    varint(static_cast<std::uint64_t>(value));
  }
  void tag(unsigned number, unsigned wire) { varint(number << 3 | wire); }
  void varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) out_.push_back(static_cast<char>(value | 0x80));
    out_.push_back(static_cast<char>(value));
  }

  std::string out_;
};

}  // namespace kubus::apiserver
