#include "validation/webhook_client.h"

#include <algorithm>
#include <string_view>

namespace kubus::apiserver {
namespace {

constexpr char kUrlForm[] = "; desired format: https://host[/path]";

struct WebhookUrl {
  std::string scheme, user, host, query, fragment;
  std::string wrong;  // why it is none
};

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

// What stands before the first `mark`; `rest` gets what stands behind it.
std::string_view cut(std::string_view text, char mark, std::string& rest) {
  const auto at = text.find(mark);
  if (at == std::string_view::npos) return text;
  rest = text.substr(at + 1);
  return text.substr(0, at);
}

// The length of the scheme; 0: there is none.
std::size_t scheme_length(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == ':') return i;
    const bool inner = is_digit(text[i]) || text[i] == '+' || text[i] == '-' || text[i] == '.';
    if (!is_letter(text[i]) && (i == 0 || !inner)) return 0;
  }
  return 0;
}

std::string wrong_port(std::string_view host) {
  const auto colon = host.rfind(':');
  if (colon == std::string_view::npos) return {};
  if (const auto bracket = host.rfind(']'); bracket != std::string_view::npos && colon < bracket)
    return {};
  const auto port = host.substr(colon + 1);
  if (std::all_of(port.begin(), port.end(), is_digit)) return {};
  return "invalid port " + quoted(host.substr(colon)) + " after host";
}

// As Go takes a URL apart.
WebhookUrl split_url(std::string_view text) {
  WebhookUrl out;
  const auto is_control = [](unsigned char c) { return c < 0x20 || c == 0x7F; };
  if (std::any_of(text.begin(), text.end(), is_control)) {
    out.wrong = "net/url: invalid control character in URL";
    return out;
  }
  auto rest = cut(text, '#', out.fragment);
  if (rest.starts_with(':')) {
    out.wrong = "missing protocol scheme";
    return out;
  }
  if (const auto length = scheme_length(rest); length > 0) {
    for (const char c : rest.substr(0, length))
      out.scheme += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    rest.remove_prefix(length + 1);
  }
  rest = cut(rest, '?', out.query);
  if (out.scheme.empty() && rest.substr(0, rest.find('/')).find(':') != std::string_view::npos)
    out.wrong = "first path segment in URL cannot contain colon";
  if (!rest.starts_with("//")) return out;
  rest.remove_prefix(2);
  auto place = rest.substr(0, rest.find('/'));
  if (const auto at = place.rfind('@'); at != std::string_view::npos) {
    out.user = place.substr(0, at);
    place.remove_prefix(at + 1);
  }
  out.host = place;
  if (place.find(' ') != std::string_view::npos)
    out.wrong = "invalid character \" \" in host name";
  else
    out.wrong = wrong_port(place);
  return out;
}

}  // namespace

void check_webhook_url(const std::string& url, const Path& path, ErrorList& errors) {
  const auto parts = split_url(url);
  if (!parts.wrong.empty())
    return errors.required(path, "url must be a valid URL: parse " + quoted(url) + ": " +
                                     parts.wrong + kUrlForm);
  if (parts.scheme != "https")
    errors.invalid(path, parts.scheme,
                   std::string("'https' is the only allowed URL scheme") + kUrlForm);
  if (parts.host.empty())
    errors.invalid(path, parts.host, std::string("host must be specified") + kUrlForm);
  if (!parts.user.empty())
    errors.invalid(path, parts.user, "user information is not permitted in the URL");
  if (!parts.fragment.empty())
    errors.invalid(path, parts.fragment, "fragments are not permitted in the URL");
  if (!parts.query.empty())
    errors.invalid(path, parts.query, "query parameters are not permitted in the URL");
}

void check_webhook_service(const std::string& name, const std::string& ns, std::int64_t port,
                           const std::string& url_path, const Path& path, ErrorList& errors) {
  if (name.empty()) errors.required(path.child("name"), "service name is required");
  if (ns.empty()) errors.required(path.child("namespace"), "service namespace is required");
  for (const auto& wrong : check_port_number(port))
    errors.invalid(path.child("port"), port, "port is not valid: " + wrong);
  if (url_path.empty() || url_path == "/") return;
  const auto at = path.child("path");
  if (url_path == "//") return errors.invalid(at, url_path, "segment[0] may not be empty");
  if (!url_path.starts_with('/')) errors.invalid(at, url_path, "must start with a '/'");
  std::string_view rest = url_path;
  rest.remove_prefix(1);
  if (rest.ends_with('/')) rest.remove_suffix(1);
  for (std::size_t i = 0;; ++i) {
    const auto slash = rest.find('/');
    const auto step = rest.substr(0, slash);
    const auto segment = "segment[" + std::to_string(i) + "]";
    if (step.empty())
      errors.invalid(at, url_path, segment + " may not be empty");
    else
      for (const auto& wrong : check_dns1123_subdomain(step))
        errors.invalid(at, url_path, segment + ": " + wrong);
    if (slash == std::string_view::npos) return;
    rest.remove_prefix(slash + 1);
  }
}

}  // namespace kubus::apiserver
