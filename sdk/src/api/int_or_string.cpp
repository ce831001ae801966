#include "kubus/api/int_or_string.h"

#include <k8s/apimachinery/int_or_string.pb.h>

#include <charconv>

namespace kubus {
namespace {

constexpr int kString = 1;

bool parse_int(std::string_view text, std::int32_t& out) {
  const char* end = text.data() + text.size();
  auto [read, problem] = std::from_chars(text.data(), end, out);
  return problem == std::errc() && read == end;
}

}  // namespace

bool is_string(const k8s_intstr::IntOrString& field) { return field.type() == kString; }

void set_int(k8s_intstr::IntOrString& field, std::int32_t value) {
  field.set_type(0);
  field.set_intval(value);
  field.clear_strval();
}

void set_string(k8s_intstr::IntOrString& field, std::string_view value) {
  field.set_type(kString);
  field.clear_intval();
  field.set_strval(std::string(value));
}

void set_parsed(k8s_intstr::IntOrString& field, std::string_view text) {
  std::int32_t number = 0;
  if (parse_int(text, number)) {
    set_int(field, number);
  } else {
    set_string(field, text);
  }
}

std::string to_string(const k8s_intstr::IntOrString& field) {
  return is_string(field) ? field.strval() : std::to_string(field.intval());
}

Result<std::int32_t> scaled_value(const k8s_intstr::IntOrString& field, std::int32_t total,
                                  bool round_up) {
  if (!is_string(field)) return field.intval();
  std::string_view text = field.strval();
  std::int32_t percent = 0;
  if (!text.ends_with('%')) {
    return Status(Code::kInvalid,
                  "invalid value for IntOrString: invalid type: string is not a percentage");
  }
  if (!parse_int(text.substr(0, text.size() - 1), percent)) {
    return Status(Code::kInvalid, "invalid value for IntOrString: invalid value \"" +
                                      std::string(text) + "\": not a number");
  }
  std::int64_t product = static_cast<std::int64_t>(percent) * total;
  std::int64_t out = product / 100;
  if (product % 100 != 0) {
    if (round_up && product > 0) ++out;
    if (!round_up && product < 0) --out;
  }
  if (out > INT32_MAX) out = INT32_MAX;
  if (out < INT32_MIN) out = INT32_MIN;
  return static_cast<std::int32_t>(out);
}

}  // namespace kubus
