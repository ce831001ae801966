// URLs as Go takes them apart.
#include <algorithm>
#include <cctype>
#include <map>
#include <optional>

#include "cel/functions.h"

namespace kubus::apiserver::cel {
namespace {

struct Url {
  std::string whole, scheme, host, path, query;
};

bool is_scheme(std::string_view text) {
  return !text.empty() && std::isalpha(static_cast<unsigned char>(text[0])) &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return std::isalnum(c) || c == '+' || c == '-' || c == '.';
         });
}

std::optional<std::string> unescaped(std::string_view text, bool plus) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus) {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      if (i + 2 >= text.size() || !std::isxdigit(static_cast<unsigned char>(text[i + 1])) ||
          !std::isxdigit(static_cast<unsigned char>(text[i + 2])))
        return std::nullopt;
      out += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    }
  }
  return out;
}

bool is_host(std::string_view host) {
  const auto bracket = host.rfind(']');
  const auto colon = host.rfind(':');
  if (host.starts_with('[') && bracket == host.npos) return false;
  if (host.find_first_of(" <>\"^`{|}\\") != host.npos) return false;
  if (colon == host.npos || (bracket != host.npos && colon < bracket)) return true;
  const auto port = host.substr(colon + 1);
  return std::all_of(port.begin(), port.end(), [](unsigned char c) { return std::isdigit(c); });
}

// An absolute URL or an absolute path, as a request may name.
std::optional<Url> parse_url(std::string_view text) {
  Url out;
  out.whole = text;
  for (const unsigned char c : text)
    if (c < 0x20 || c == 0x7F) return std::nullopt;
  auto rest = text;
  if (!rest.starts_with('/')) {
    const auto colon = rest.find(':');
    if (colon == rest.npos || !is_scheme(rest.substr(0, colon))) return std::nullopt;
    out.scheme = rest.substr(0, colon);
    for (auto& c : out.scheme) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    rest.remove_prefix(colon + 1);
    if (!rest.starts_with('/')) return std::nullopt;
  }
  if (const auto at = rest.find('?'); at != rest.npos) {
    out.query = rest.substr(at + 1);
    rest = rest.substr(0, at);
  }
  if (!out.scheme.empty() && rest.starts_with("//")) {
    rest.remove_prefix(2);
    const auto slash = std::min(rest.find('/'), rest.size());
    auto authority = rest.substr(0, slash);
    rest.remove_prefix(slash);
    if (const auto at = authority.rfind('@'); at != authority.npos) authority.remove_prefix(at + 1);
    if (!is_host(authority)) return std::nullopt;
    out.host = authority;
  }
  auto path = unescaped(rest, false);
  if (!path) return std::nullopt;
  out.path = *path;
  return out;
}

struct UrlOpaque final : Opaque {
  explicit UrlOpaque(Url url) : url(std::move(url)) {}
  std::string_view type_name() const override { return "kubernetes.URL"; }
  bool equals(const Opaque& other) const override {
    return url.whole == static_cast<const UrlOpaque&>(other).url.whole;
  }
  const Url url;
};

const Url& url_in(const Value& value) {
  return static_cast<const UrlOpaque&>(value.as_opaque()).url;
}

Value url(Args a) {
  auto parsed = parse_url(a[0].as_text());
  if (!parsed)
    return Value::error("URL parse error during conversion from string: parse \"" +
                        std::string(a[0].as_text()) + "\": invalid URI for request");
  return Value::opaque(std::make_shared<UrlOpaque>(std::move(*parsed)));
}

struct Host {
  std::string name, port;
};
Host host_of(const Url& url) {
  Host out;
  std::string_view rest = url.host;
  const auto bracket = rest.rfind(']');
  const auto colon = rest.rfind(':');
  if (colon != rest.npos && (bracket == rest.npos || colon > bracket)) {
    out.port = rest.substr(colon + 1);
    rest = rest.substr(0, colon);
  }
  if (rest.starts_with('[') && rest.ends_with(']')) rest = rest.substr(1, rest.size() - 2);
  out.name = rest;
  return out;
}

std::string escaped_path(const std::string& path) {
  constexpr std::string_view kPlain = "-_.~!$&'()*+,;=:@/";
  std::string out;
  for (const unsigned char c : path) {
    if (std::isalnum(c) || kPlain.find(static_cast<char>(c)) != kPlain.npos) {
      out += static_cast<char>(c);
    } else {
      out += '%';
      out += "0123456789ABCDEF"[c >> 4];
      out += "0123456789ABCDEF"[c & 15];
    }
  }
  return out;
}

Value query_of(Args a) {
  std::map<std::string, std::vector<Value>> found;
  std::string_view rest = url_in(a[0]).query;
  while (!rest.empty()) {
    const auto end = std::min(rest.find('&'), rest.size());
    const auto pair = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const auto equals = std::min(pair.find('='), pair.size());
    const auto name = unescaped(pair.substr(0, equals), true);
    auto value = unescaped(pair.substr(std::min(equals + 1, pair.size())), true);
    if (pair.empty() || !name || !value) continue;
    found[*name].push_back(Value::text(std::move(*value)));
  }
  std::vector<std::pair<Value, Value>> entries;
  for (auto& [name, values] : found)
    entries.emplace_back(Value::text(name), Value::list(std::move(values)));
  return Value::map(std::move(entries));
}

constexpr Signature kUrls[] = {
    {"url(string) kubernetes.URL", url, walk_first},
    {"isURL(string) bool", [](Args a) { return Value::of(parse_url(a[0].as_text()).has_value()); },
     walk_first},
    {"[kubernetes.URL] getScheme() string",
     [](Args a) { return Value::text(url_in(a[0]).scheme); }},
    {"[kubernetes.URL] getHost() string", [](Args a) { return Value::text(url_in(a[0]).host); }},
    {"[kubernetes.URL] getHostname() string",
     [](Args a) { return Value::text(host_of(url_in(a[0])).name); }},
    {"[kubernetes.URL] getPort() string",
     [](Args a) { return Value::text(host_of(url_in(a[0])).port); }},
    {"[kubernetes.URL] getEscapedPath() string",
     [](Args a) { return Value::text(escaped_path(url_in(a[0]).path)); }},
    {"[kubernetes.URL] getQuery() map(string, list(string))", query_of},
};

}  // namespace

std::span<const Signature> url_functions() { return kUrls; }

}  // namespace kubus::apiserver::cel
