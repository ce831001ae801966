#include "validation/names.h"

#include <algorithm>

namespace kubus::apiserver {
namespace {

constexpr std::size_t kLabelLength = 63;
constexpr std::size_t kSubdomainLength = 253;

constexpr std::string_view kLabelPattern = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
constexpr std::string_view kNamePattern = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
constexpr std::string_view kNameRule =
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
    "alphanumeric character";

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alpha(char c) { return is_lower(c) || (c >= 'A' && c <= 'Z'); }
bool is_alnum(char c) { return is_alpha(c) || is_digit(c); }
bool is_lower_alnum(char c) { return is_lower(c) || is_digit(c); }

template <class Predicate>
bool all_of(std::string_view text, Predicate predicate) {
  return std::all_of(text.begin(), text.end(), predicate);
}

bool is_label(std::string_view text) {
  return !text.empty() && is_lower_alnum(text.front()) && is_lower_alnum(text.back()) &&
         all_of(text, [](char c) { return is_lower_alnum(c) || c == '-'; });
}

bool is_underscored_label(std::string_view text) {
  if (!text.empty() && text.front() == '_') text.remove_prefix(1);
  return !text.empty() && is_lower_alnum(text.front()) && is_lower_alnum(text.back()) &&
         all_of(text, [](char c) { return is_lower_alnum(c) || c == '-' || c == '_'; });
}

template <class Label>
bool is_dotted(std::string_view text, Label is_part) {
  for (;;) {
    const std::size_t dot = text.find('.');
    if (!is_part(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

bool is_name(std::string_view text) {
  return !text.empty() && is_alnum(text.front()) && is_alnum(text.back()) &&
         all_of(text, [](char c) { return is_alnum(c) || c == '-' || c == '_' || c == '.'; });
}

std::string subdomain_pattern(std::string_view label) {
  return std::string(label) + "(\\." + std::string(label) + ")*";
}

std::string subdomain_message() {
  return pattern_message(
      "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or "
      "'.', and must start and end with an alphanumeric character",
      subdomain_pattern(kLabelPattern), {"example.com"});
}

void check_dots(std::string_view text, Messages& messages) {
  if (text == ".") {
    messages.emplace_back("must not be '.'");
  } else if (text == "..") {
    messages.emplace_back("must not be '..'");
  } else if (text.starts_with("..")) {
    messages.emplace_back("must not start with '..'");
  }
}

}  // namespace

std::string max_length_message(std::size_t length) {
  return "must be no more than " + std::to_string(length) + " characters";
}

std::string max_bytes_message(std::size_t length) {
  return "must be no more than " + std::to_string(length) + " bytes";
}

std::string range_message(std::int64_t low, std::int64_t high) {
  return "must be between " + std::to_string(low) + " and " + std::to_string(high) + ", inclusive";
}

std::string pattern_message(std::string_view message, std::string_view pattern,
                            std::initializer_list<std::string_view> examples) {
  std::string out(message);
  out += examples.size() == 0 ? " (" : " (e.g. ";
  bool first = true;
  for (std::string_view example : examples) {
    if (!first) out += " or ";
    first = false;
    out.append("'").append(example).append("', ");
  }
  return out.append("regex used for validation is '").append(pattern).append("')");
}

Messages check_dns1123_label(std::string_view text) {
  Messages messages;
  if (text.size() > kLabelLength) messages.push_back(max_length_message(kLabelLength));
  if (is_label(text)) return messages;
  if (is_dotted(text, is_label)) {
    messages.emplace_back("must not contain dots");
    return messages;
  }
  messages.push_back(pattern_message(
      "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and "
      "must start and end with an alphanumeric character",
      kLabelPattern, {"my-name", "123-abc"}));
  return messages;
}

Messages check_dns1123_subdomain(std::string_view text) {
  Messages messages;
  if (text.size() > kSubdomainLength) messages.push_back(max_length_message(kSubdomainLength));
  if (!is_dotted(text, is_label)) messages.push_back(subdomain_message());
  return messages;
}

Messages check_dns1123_subdomain_with_underscore(std::string_view text) {
  Messages messages;
  if (text.size() > kSubdomainLength) messages.push_back(max_length_message(kSubdomainLength));
  if (!is_dotted(text, is_underscored_label)) {
    messages.push_back(pattern_message(
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', "
        "'-' or '.', and must start and end with an alphanumeric character",
        subdomain_pattern("_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?"), {"example.com"}));
  }
  return messages;
}

Messages check_dns1035_label(std::string_view text) {
  Messages messages;
  if (text.size() > kLabelLength) messages.push_back(max_length_message(kLabelLength));
  if (!is_label(text) || !is_lower(text.front())) {
    messages.push_back(pattern_message(
        "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an "
        "alphabetic character, and end with an alphanumeric character",
        "[a-z]([-a-z0-9]*[a-z0-9])?", {"my-name", "abc-123"}));
  }
  return messages;
}

Messages check_wildcard_subdomain(std::string_view text) {
  Messages messages;
  if (text.size() > kSubdomainLength) messages.push_back(max_length_message(kSubdomainLength));
  if (!text.starts_with("*.") || !is_dotted(text.substr(2), is_label)) {
    messages.push_back(pattern_message(
        "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, "
        "which must consist of lower case alphanumeric characters, '-' or '.' and end with an "
        "alphanumeric character",
        "\\*\\." + subdomain_pattern(kLabelPattern), {"*.example.com"}));
  }
  return messages;
}

Messages check_qualified_name(std::string_view text) {
  Messages messages;
  const std::string rule =
      pattern_message(kNameRule, kNamePattern, {"MyName", "my.name", "123-abc"});
  const std::size_t slash = text.find('/');
  std::string_view name = text;
  if (slash != std::string_view::npos) {
    const std::string_view prefix = text.substr(0, slash);
    name = text.substr(slash + 1);
    if (name.find('/') != std::string_view::npos) {
      messages.push_back("a valid label key " + rule +
                         " with an optional DNS subdomain prefix and '/' (e.g. "
                         "'example.com/MyName')");
      return messages;
    }
    if (prefix.empty()) {
      messages.emplace_back("prefix part must be non-empty");
    } else {
      if (prefix.size() > kSubdomainLength) {
        messages.push_back("prefix part " + max_bytes_message(kSubdomainLength));
      }
      if (!is_dotted(prefix, is_label)) messages.push_back("prefix part " + subdomain_message());
    }
  }
  if (name.empty()) {
    messages.emplace_back("name part must be non-empty");
  } else if (name.size() > kLabelLength) {
    messages.push_back("name part " + max_bytes_message(kLabelLength));
  }
  if (!is_name(name)) messages.push_back("name part " + rule);
  return messages;
}

Messages check_label_value(std::string_view text) {
  Messages messages;
  if (text.size() > kLabelLength) messages.push_back(max_bytes_message(kLabelLength));
  if (!text.empty() && !is_name(text)) {
    messages.push_back(pattern_message(
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or "
        "'.', and must start and end with an alphanumeric character",
        "(" + std::string(kNamePattern) + ")?", {"MyValue", "my_value", "12345"}));
  }
  return messages;
}

Messages check_env_name(std::string_view text) {
  Messages messages;
  if (text.empty()) messages.emplace_back("environment variable name must be non-empty");
  if (!all_of(text, [](char c) { return c >= ' ' && c <= '~' && c != '='; })) {
    messages.emplace_back(
        "a valid environment variable name must consist only of printable ASCII characters other "
        "than '='");
  }
  return messages;
}

Messages check_config_key(std::string_view text) {
  Messages messages;
  if (text.size() > kSubdomainLength) messages.push_back(max_length_message(kSubdomainLength));
  if (text.empty() ||
      !all_of(text, [](char c) { return is_alnum(c) || c == '-' || c == '_' || c == '.'; })) {
    messages.push_back(pattern_message(
        "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
        "[-._a-zA-Z0-9]+", {"key.name", "KEY_NAME", "key-name"}));
  }
  check_dots(text, messages);
  return messages;
}

Messages check_port_name(std::string_view text) {
  Messages messages;
  if (text.size() > 15) messages.push_back(max_length_message(15));
  if (text.empty() || !all_of(text, [](char c) { return is_lower_alnum(c) || c == '-'; })) {
    messages.emplace_back("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
  }
  if (std::none_of(text.begin(), text.end(), is_lower)) {
    messages.emplace_back("must contain at least one letter (a-z)");
  }
  if (text.find("--") != std::string_view::npos) {
    messages.emplace_back("must not contain consecutive hyphens");
  }
  if (!text.empty() && (text.front() == '-' || text.back() == '-')) {
    messages.emplace_back("must not begin or end with a hyphen");
  }
  return messages;
}

Messages check_port_number(std::int64_t port) {
  if (port >= 1 && port <= 65535) return {};
  return {range_message(1, 65535)};
}

Messages check_http_header_name(std::string_view text) {
  if (!text.empty() && all_of(text, [](char c) { return is_alnum(c) || c == '-'; })) return {};
  return {pattern_message("a valid HTTP header must consist of alphanumeric characters or '-'",
                          "[-A-Za-z0-9]+", {"X-Header-Name"})};
}

Messages check_c_identifier(std::string_view text) {
  if (!text.empty() && !is_digit(text.front()) &&
      all_of(text, [](char c) { return is_alnum(c) || c == '_'; })) {
    return {};
  }
  return {pattern_message(
      "a valid C identifier must start with alphabetic character or '_', followed by a string of "
      "alphanumeric characters or '_'",
      "[A-Za-z_][A-Za-z0-9_]*", {"my_name", "MY_NAME", "MyName"})};
}

Messages check_percent(std::string_view text) {
  if (text.size() > 1 && text.back() == '%' && all_of(text.substr(0, text.size() - 1), is_digit)) {
    return {};
  }
  return {
      pattern_message("a valid percent string must be a numeric string followed by an ending "
                      "'%'",
                      "[0-9]+%", {"1%", "93%"})};
}

Messages check_path_segment(std::string_view text) {
  if (text == "." || text == "..") return {"may not be '" + std::string(text) + "'"};
  Messages messages;
  for (char c : {'/', '%'}) {
    if (text.find(c) != std::string_view::npos) {
      messages.push_back(std::string("may not contain '") + c + "'");
    }
  }
  return messages;
}

std::string join_messages(const Messages& messages, std::string_view between) {
  std::string out;
  for (const std::string& message : messages) {
    if (!out.empty()) out += between;
    out += message;
  }
  return out;
}

std::string lower_case(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

std::string mask_trailing_dash(std::string_view name) {
  std::string out(name);
  if (out.size() > 1 && out.back() == '-') {
    out.pop_back();
    // The random suffix follows, so the last character stands for it.
    out.back() = 'a';
  }
  return out;
}

}  // namespace kubus::apiserver
