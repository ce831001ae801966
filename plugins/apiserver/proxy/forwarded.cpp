#include "proxy/forwarded.h"

#include <algorithm>
#include <boost/algorithm/string/predicate.hpp>
#include <cctype>

namespace kubus::apiserver {
namespace {

constexpr std::string_view kNotForwarded[] = {
    "Connection",          "Upgrade",          "Host",     "Content-Length", "Authorization",
    "Keep-Alive",          "Te",               "Trailers", "Trailer",        "Transfer-Encoding",
    "Proxy-Authorization", "Proxy-Connection", "Expect"};

bool is_one_of(const auto& names, std::string_view name) {
  return std::any_of(std::begin(names), std::end(names),
                     [&](std::string_view one) { return http::iequals(name, one); });
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

IdentityFields::IdentityFields(const FrontProxyOptions& own)
    : prefixes_({"X-Remote-", "Impersonate-"}) {
  for (const auto* list : {&own.user_headers, &own.uid_headers, &own.group_headers})
    names_.insert(names_.end(), list->begin(), list->end());
  prefixes_.insert(prefixes_.end(), own.extra_prefixes.begin(), own.extra_prefixes.end());
}

bool IdentityFields::has(std::string_view name) const {
  return std::any_of(prefixes_.begin(), prefixes_.end(),
                     [&](const auto& one) { return boost::istarts_with(name, one); }) ||
         is_one_of(names_, name);
}

http::Headers forwarded_headers(const http::Headers& from, const IdentityFields& identities) {
  http::Headers headers;
  const auto hop = from.values("Connection");  // what is said to this server only
  for (const auto& [name, value] : from.fields())
    if (!identities.has(name) && !is_one_of(kNotForwarded, name) && !is_one_of(hop, name))
      headers.add(name, value);
  return headers;
}

http::Headers forwarded_for(const Identity& identity, const http::Headers& from,
                            const IdentityFields& identities) {
  http::Headers headers;
  headers.add("X-Remote-User", identity.name);
  if (!identity.uid.empty()) headers.add("X-Remote-Uid", identity.uid);
  for (const auto& group : identity.groups) headers.add("X-Remote-Group", group);
  for (const auto& [key, values] : identity.extra)
    for (const auto& value : values) headers.add("X-Remote-Extra-" + escaped_key(key), value);
  const auto sent = forwarded_headers(from, identities);
  for (const auto& [name, value] : sent.fields()) headers.add(name, value);
  return headers;
}

}  // namespace kubus::apiserver
