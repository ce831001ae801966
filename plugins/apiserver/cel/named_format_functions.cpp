// Formats of text by name: what a text breaks of one, told in words.
#include <algorithm>

#include "cel/functions.h"
#include "schema/formats.h"
#include "validation/names.h"

namespace kubus::apiserver::cel {
namespace {

struct NamedFormat {
  std::string_view name;
  Messages (*check)(std::string_view text);
  std::uint64_t pattern_size;  // of the longest pattern it is checked by, which its cost goes by
};

template <Messages (*Check)(std::string_view)>
Messages prefix(std::string_view text) {
  return Check(mask_trailing_dash(text));
}

Messages uri(std::string_view text) {
  static const auto* is_url = find_function("isURL", false);
  Meter meter;
  const Value argument = Value::view(text);
  if (is_url->overloads[0].code({{&argument, 1}, meter}).is_true()) return {};
  if (text.empty()) return {"parse \"\": empty url"};
  return {"parse \"" + std::string(text) + "\": invalid URI for request"};
}

template <const char* const* Format>
Messages known(std::string_view text) {
  if (matches_format(Format[0], text)) return {};
  return {Format[1]};
}
constexpr const char* kUuid[] = {"uuid", "does not match the UUID format"};
constexpr const char* kByte[] = {"byte", "invalid base64"};
constexpr const char* kDate[] = {"date", "invalid date"};
constexpr const char* kDateTime[] = {"datetime", "invalid datetime"};

constexpr NamedFormat kNamed[] = {
    {"dns1123Label", check_dns1123_label, 30},
    {"dns1123Subdomain", check_dns1123_subdomain, 60},
    {"dns1035Label", check_dns1035_label, 30},
    {"qualifiedName", check_qualified_name, 60},
    {"dns1123LabelPrefix", prefix<check_dns1123_label>, 30},
    {"dns1123SubdomainPrefix", prefix<check_dns1123_subdomain>, 60},
    {"dns1035LabelPrefix", prefix<check_dns1035_label>, 30},
    {"labelValue", check_label_value, 40},
    {"uri", uri, 1000},
    {"uuid", known<kUuid>, 48},
    {"byte", known<kByte>, 1000},
    {"date", known<kDate>, 35},
    {"datetime", known<kDateTime>, 48},
};

struct FormatOpaque final : Opaque {
  explicit FormatOpaque(const NamedFormat& format) : format(format) {}
  std::string_view type_name() const override { return "kubernetes.NamedFormat"; }
  bool equals(const Opaque& other) const override {
    return &format == &static_cast<const FormatOpaque&>(other).format;
  }
  const NamedFormat& format;
};

const NamedFormat& format_in(const Value& value) {
  return static_cast<const FormatOpaque&>(value.as_opaque()).format;
}
Value wrap(const NamedFormat& format) {
  return Value::opaque(std::make_shared<FormatOpaque>(format));
}

template <std::size_t Index>
Value constant(Args) {
  return wrap(kNamed[Index]);
}

Value named(Args a) {
  for (const auto& one : kNamed)
    if (one.name == a[0].as_text()) return Value::some(wrap(one));
  return Value::none();
}

Value validate(Args a) {
  auto wrong = format_in(a[0]).check(a[1].as_text());
  if (wrong.empty()) return Value::none();
  std::vector<Value> items;
  for (auto& one : wrong) items.push_back(Value::text(std::move(one)));
  return Value::some(Value::list(std::move(items)));
}
// As a search by the format's pattern.
std::uint64_t validate_cost(Args a) {
  return tenth(1 + size_of(a[1])) * ((format_in(a[0]).pattern_size + 3) / 4);
}

constexpr Signature kFormats[] = {
    {"format.named(string) optional(kubernetes.NamedFormat)", named},
    {"[kubernetes.NamedFormat] validate(string) optional(list(string))", validate, validate_cost},
    {"format.dns1123Label() kubernetes.NamedFormat", constant<0>},
    {"format.dns1123Subdomain() kubernetes.NamedFormat", constant<1>},
    {"format.dns1035Label() kubernetes.NamedFormat", constant<2>},
    {"format.qualifiedName() kubernetes.NamedFormat", constant<3>},
    {"format.dns1123LabelPrefix() kubernetes.NamedFormat", constant<4>},
    {"format.dns1123SubdomainPrefix() kubernetes.NamedFormat", constant<5>},
    {"format.dns1035LabelPrefix() kubernetes.NamedFormat", constant<6>},
    {"format.labelValue() kubernetes.NamedFormat", constant<7>},
    {"format.uri() kubernetes.NamedFormat", constant<8>},
    {"format.uuid() kubernetes.NamedFormat", constant<9>},
    {"format.byte() kubernetes.NamedFormat", constant<10>},
    {"format.date() kubernetes.NamedFormat", constant<11>},
    {"format.datetime() kubernetes.NamedFormat", constant<12>},
};

}  // namespace

std::span<const Signature> named_format_functions() { return kFormats; }

}  // namespace kubus::apiserver::cel
