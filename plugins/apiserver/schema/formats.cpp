#include "schema/formats.h"

#include <arpa/inet.h>
#include <re2/re2.h>

#include <array>
#include <map>
#include <memory>
#include <string>

#include "kubus/api/time.h"
#include "validation/names.h"

namespace kubus::apiserver {
namespace {

using Check = bool (*)(std::string_view text);

bool matches(std::string_view text, const RE2& expression) {
  return RE2::FullMatch(re2::StringPiece(text.data(), text.size()), expression);
}

bool is_date(std::string_view text) {
  static const RE2 shape("[0-9]{4}-[0-9]{2}-[0-9]{2}");
  return matches(text, shape) && parse_time(std::string(text) + "T00:00:00Z").ok();
}

bool is_date_time(std::string_view text) {
  std::string upper(text);
  for (auto& c : upper)
    if (c == 't' || c == 'z') c = static_cast<char>(c - 'a' + 'A');
  return parse_time(upper).ok();
}

bool is_address(int family, std::string_view text) {
  std::array<unsigned char, 16> bytes;
  return ::inet_pton(family, std::string(text).c_str(), bytes.data()) == 1;
}

bool is_uuid(std::string_view text, char version) {
  static const RE2 shape("(?i)[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}");
  if (!matches(text, shape)) return false;
  std::string digits;
  for (const char c : text)
    if (c != '-') digits.push_back(c);
  if (version == 0) return true;
  const bool variant = std::string_view("89abAB").find(digits[16]) != std::string_view::npos;
  return digits[12] == version && (variant || version == '3');
}

bool is_base64(std::string_view text) {
  static const RE2 shape(
      "(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})");
  return text.empty() || matches(text, shape);
}

bool is_email(std::string_view text) {
  static const RE2 shape("[^@\\s<>]+@[^@\\s<>]+");
  return matches(text, shape);
}

bool is_hostname(std::string_view text) {
  static const RE2 shape(
      "[a-zA-Z0-9\\p{L}]((-?[a-zA-Z0-9\\p{L}]{0,62})?)((\\.[a-zA-Z0-9\\p{L}](-?[a-zA-Z0-9\\p{L}]{0,"
      "62})?)*)\\.?");
  return text.size() <= 255 && matches(text, shape);
}

bool is_uri(std::string_view text) {
  static const RE2 shape("[a-zA-Z][a-zA-Z0-9+.-]*:[^\\s]*|/[^\\s]*");
  return matches(text, shape);
}

bool is_mac(std::string_view text) {
  static const RE2 shape(
      "(?i)(?:[0-9a-f]{2}([:-])[0-9a-f]{2}(?:[:-][0-9a-f]{2}){4,18}|[0-9a-f]{4}(?:\\.[0-9a-f]{4}){"
      "2,"
      "9})");
  return RE2::FullMatch(re2::StringPiece(text.data(), text.size()), shape);
}

bool digits_only(std::string_view text, const char* pattern) {
  const RE2 shape(pattern);
  return matches(text, shape);
}

const std::map<std::string_view, Check>& table() {
  static const std::map<std::string_view, Check> checks = {
      {"date", is_date},
      {"date-time", is_date_time},
      {"datetime", is_date_time},
      {"duration", [](std::string_view text) { return parse_duration(text).ok(); }},
      {"ipv4", [](std::string_view text) { return is_address(AF_INET, text); }},
      {"ipv6", [](std::string_view text) { return is_address(AF_INET6, text); }},
      {"cidr", [](std::string_view text) { return check_cidr(text).empty(); }},
      {"uuid", [](std::string_view text) { return is_uuid(text, 0); }},
      {"uuid3", [](std::string_view text) { return is_uuid(text, '3'); }},
      {"uuid4", [](std::string_view text) { return is_uuid(text, '4'); }},
      {"uuid5", [](std::string_view text) { return is_uuid(text, '5'); }},
      {"byte", is_base64},
      {"email", is_email},
      {"hostname", is_hostname},
      {"uri", is_uri},
      {"mac", is_mac},
      {"hexcolor",
       [](std::string_view text) {
         return digits_only(text, "#?(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})");
       }},
      {"isbn10", [](std::string_view text) { return digits_only(text, "(?:[0-9]-?){9}[0-9X]"); }},
      {"isbn13", [](std::string_view text) { return digits_only(text, "(?:[0-9]-?){12}[0-9]"); }},
      {"ssn",
       [](std::string_view text) { return digits_only(text, "\\d{3}[- ]?\\d{2}[- ]?\\d{4}"); }},
      {"k8s-short-name", [](std::string_view text) { return check_dns1123_label(text).empty(); }},
      {"k8s-long-name",
       [](std::string_view text) { return check_dns1123_subdomain(text).empty(); }},
  };
  return checks;
}

}  // namespace

bool is_known_format(std::string_view format) { return table().contains(format); }

bool matches_format(std::string_view format, std::string_view text) {
  const auto found = table().find(format);
  return found == table().end() || found->second(text);
}

}  // namespace kubus::apiserver
