#include "reference.h"

#include <algorithm>

namespace kubus::runtime_oci {
namespace {

bool is_lower_alnum(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool is_alnum(char c) { return is_lower_alnum(c) || (c >= 'A' && c <= 'Z'); }

// Lower-case words joined by ".", "_", "__" or any number of "-".
bool is_component(std::string_view text) {
  if (text.empty() || !is_lower_alnum(text.front()) || !is_lower_alnum(text.back())) return false;
  for (std::size_t i = 0; i < text.size();) {
    if (is_lower_alnum(text[i])) {
      ++i;
      continue;
    }
    const char joint = text[i];
    std::size_t count = 0;
    while (i < text.size() && text[i] == joint) ++i, ++count;
    const bool fine = joint == '-' || (joint == '.' && count == 1) || (joint == '_' && count <= 2);
    if (!fine || i >= text.size() || !is_lower_alnum(text[i])) return false;
  }
  return true;
}

bool is_path(std::string_view text) {
  if (text.empty() || text.size() > 255) return false;
  while (true) {
    const auto slash = text.find('/');
    if (!is_component(text.substr(0, slash))) return false;
    if (slash == std::string_view::npos) return true;
    text.remove_prefix(slash + 1);
  }
}

bool is_tag(std::string_view text) {
  if (text.empty() || text.size() > 128 || text.front() == '.' || text.front() == '-') return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return is_alnum(c) || c == '_' || c == '.' || c == '-'; });
}

bool is_domain(std::string_view text) {
  if (text.empty()) return false;
  if (text.front() == '[') {  // an IPv6 address
    const auto end = text.find(']');
    if (end == std::string_view::npos) return false;
    text.remove_prefix(end + 1);
    return text.empty() || text.front() == ':';
  }
  const auto colon = text.find(':');
  const auto port = colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1);
  const bool port_fine = colon == std::string_view::npos ||
                         (!port.empty() && port.find_first_not_of("0123456789") == port.npos);
  const auto host = text.substr(0, colon);
  return port_fine && !host.empty() && is_alnum(host.front()) && is_alnum(host.back()) &&
         std::all_of(host.begin(), host.end(),
                     [](char c) { return is_alnum(c) || c == '.' || c == '-'; });
}

// The first part of a name is a registry only if it looks like a host.
bool names_registry(std::string_view first) {
  return first == "localhost" || first.find_first_of(".:") != std::string_view::npos ||
         std::any_of(first.begin(), first.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

}  // namespace

bool is_digest(std::string_view text) {
  return text.size() == 71 && text.starts_with("sha256:") &&
         text.find_first_not_of("0123456789abcdef", 7) == std::string_view::npos;
}

std::string digest_hex(std::string_view digest) { return std::string(digest.substr(7)); }

Result<Reference> Reference::parse(std::string_view text) {
  const Status bad(Code::kInvalid, "invalid image reference \"" + std::string(text) + "\"");
  Reference result;
  std::string_view rest = text;
  if (const auto at = rest.find('@'); at != std::string_view::npos) {
    result.digest = rest.substr(at + 1);
    if (!is_digest(result.digest)) return bad;
    rest = rest.substr(0, at);
  }
  const auto slash = rest.find('/');
  if (slash != std::string_view::npos && names_registry(rest.substr(0, slash))) {
    result.domain = rest.substr(0, slash);
    rest.remove_prefix(slash + 1);
  } else {
    result.domain = "docker.io";
  }
  if (result.domain == "index.docker.io") result.domain = "docker.io";
  if (const auto colon = rest.rfind(':'); colon != std::string_view::npos) {
    result.tag = rest.substr(colon + 1);
    if (!is_tag(result.tag)) return bad;
    rest = rest.substr(0, colon);
  } else if (result.digest.empty()) {
    result.tag = "latest";
  }
  result.path = rest;
  if (result.domain == "docker.io" && result.path.find('/') == std::string::npos)
    result.path = "library/" + result.path;
  if (!is_domain(result.domain) || !is_path(result.path)) return bad;
  return result;
}

std::string Reference::to_string() const {
  if (!digest.empty()) return repository() + "@" + digest;
  return tagged();
}

}  // namespace kubus::runtime_oci
