#include <algorithm>

#include "validation/checks.h"

namespace kubus::apiserver {
namespace {

constexpr std::size_t kLongestDriver = 63;

bool is_path_character(char c) {
  constexpr std::string_view kMarks = "/-._~%!$&'()*+,;=:";
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         kMarks.find(c) != std::string_view::npos;
}

}  // namespace

bool has_backstep(std::string_view path) {
  for (;;) {
    const std::size_t slash = path.find('/');
    if (path.substr(0, slash) == "..") return true;
    if (slash == std::string_view::npos) return false;
    path.remove_prefix(slash + 1);
  }
}

void check_descending_path(const std::string& text, const Path& path, ErrorList& errors) {
  if (text.starts_with('/')) errors.invalid(path, text, "must be a relative path");
  if (has_backstep(text)) errors.invalid(path, text, "must not contain '..'");
}

void check_local_path(const std::string& text, const Path& path, ErrorList& errors) {
  check_descending_path(text, path, errors);
  // A step out has been named already.
  if (text.starts_with("..") && text != ".." && !text.starts_with("../")) {
    errors.invalid(path, text, "must not start with '..'");
  }
}

void check_domain_path(const std::string& text, const Path& path, ErrorList& errors) {
  if (text.empty()) return errors.required(path);
  const std::size_t slash = text.find('/');
  if (slash == std::string::npos || slash == 0 || slash + 1 == text.size()) {
    return errors.invalid(path, text, "must be a domain-prefixed path (such as \"acme.io/foo\")");
  }
  const std::string host = text.substr(0, slash);
  errors.invalid_each(path, host, check_dns1123_subdomain(host));
  const std::string rest = text.substr(slash + 1);
  if (!std::all_of(rest.begin(), rest.end(), is_path_character)) {
    errors.invalid(path, rest,
                   pattern_message("Invalid path", "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+", {}));
  }
}

void check_driver_name(const std::string& name, const Path& path, ErrorList& errors) {
  if (name.empty()) errors.required(path);
  if (name.size() > kLongestDriver) errors.too_long(path, kLongestDriver);
  std::string lower = name;
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  errors.invalid_each(path, name, check_dns1123_subdomain(lower));
}

void check_reachable_ip(const std::string& ip, const Path& path, ErrorList& errors) {
  errors.invalid_each(path, ip, check_reachable(ip));
}

}  // namespace kubus::apiserver
