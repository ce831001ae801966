#include "proxy/forwarded.h"

#include <array>
#include <boost/algorithm/string/predicate.hpp>
#include <cctype>

namespace kubus::apiserver {
namespace {

constexpr std::array<std::string_view, 11> kNotForwarded = {
    "Connection", "Upgrade",  "Host",    "Content-Length",    "Authorization", "Keep-Alive",
    "Te",         "Trailers", "Trailer", "Transfer-Encoding", "Expect"};

bool speaks_of_identity(std::string_view name) {
  return boost::istarts_with(name, "X-Remote-") || boost::istarts_with(name, "Impersonate-");
}

// What is no character of a field's name is escaped, as in a URL; names are in lower case.
std::string escaped_key(std::string_view key) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : key) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (std::isalnum(byte) != 0 && std::isupper(byte) == 0) ||
                       std::string_view("!#$&'*+-.^_`|~").find(c) != std::string_view::npos;
    if (plain)
      out += c;
    else
      out.append({'%', kHex[byte >> 4], kHex[byte & 15]});
  }
  return out;
}

}  // namespace

http::Headers forwarded_headers(const http::Headers& from) {
  http::Headers headers;
  for (const auto& [name, value] : from.fields()) {
    bool keep = true;
    for (const auto skipped : kNotForwarded) keep = keep && !http::iequals(name, skipped);
    if (keep) headers.add(name, value);
  }
  return headers;
}

http::Headers forwarded_for(const Identity& identity, const http::Headers& from) {
  http::Headers headers;
  headers.add("X-Remote-User", identity.name);
  if (!identity.uid.empty()) headers.add("X-Remote-Uid", identity.uid);
  for (const auto& group : identity.groups) headers.add("X-Remote-Group", group);
  for (const auto& [key, values] : identity.extra)
    for (const auto& value : values) headers.add("X-Remote-Extra-" + escaped_key(key), value);
  const auto sent = forwarded_headers(from);
  for (const auto& [name, value] : sent.fields())
    if (!speaks_of_identity(name)) headers.add(name, value);
  return headers;
}

}  // namespace kubus::apiserver
