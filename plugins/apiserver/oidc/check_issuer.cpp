#include "oidc/check_issuer.h"

#include <algorithm>
#include <boost/algorithm/string/join.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <set>

#include "kubus/http/tls.h"

namespace kubus::apiserver::oidc {
namespace {

constexpr std::string_view kMatchAny = "MatchAny";

void check_url(const std::string& text, const Path& path, ErrorList& errors) {
  const auto url = boost::urls::parse_uri_reference(text);
  if (!url) return errors.invalid(path, text, "parse " + apiserver::quoted(text) + ": invalid URL");
  if (url->scheme() != "https") errors.invalid(path, text, "URL scheme must be https");
  if (url->has_userinfo())
    errors.invalid(path, text, "URL must not contain a username or password");
  if (!url->query().empty()) errors.invalid(path, text, "URL must not contain a query");
  if (!url->fragment().empty()) errors.invalid(path, text, "URL must not contain a fragment");
}

std::string_view without_slashes(std::string_view url) {
  return url.substr(0, url.find_last_not_of('/') + 1);
}

void check_urls(const written::Issuer& issuer, std::vector<std::string> own_issuers,
                const Path& path, ErrorList& errors) {
  const auto url = path.child("url");
  std::sort(own_issuers.begin(), own_issuers.end());
  if (std::binary_search(own_issuers.begin(), own_issuers.end(), issuer.url))
    errors.invalid(url, issuer.url,
                   "URL must not overlap with disallowed issuers: [" +
                       boost::algorithm::join(own_issuers, " ") + "]");
  if (issuer.url.empty())
    errors.required(url, "URL is required");
  else
    check_url(issuer.url, url, errors);
  const auto& discovery = issuer.discovery_url;
  if (discovery.empty()) return;
  if (!issuer.url.empty() && without_slashes(issuer.url) == without_slashes(discovery))
    errors.invalid(path.child("discoveryURL"), discovery,
                   "discoveryURL must be different from URL");
  check_url(discovery, path.child("discoveryURL"), errors);
}

void check_audiences(const written::Issuer& issuer, const Path& path, ErrorList& errors) {
  const auto list = path.child("audiences"), policy = path.child("audienceMatchPolicy");
  const auto& audiences = issuer.audiences;
  if (audiences.empty())
    return errors.required(list, "at least one " + list.str() + " is required");
  if (audiences.size() > 1 && issuer.match_policy != kMatchAny)
    errors.invalid(policy, issuer.match_policy,
                   "audienceMatchPolicy must be MatchAny for multiple audiences");
  if (audiences.size() == 1 && !issuer.match_policy.empty() && issuer.match_policy != kMatchAny)
    errors.invalid(policy, issuer.match_policy,
                   "audienceMatchPolicy must be empty or MatchAny for single audience");
  std::set<std::string> seen;
  for (std::size_t i = 0; i < audiences.size(); ++i) {
    if (audiences[i].empty()) errors.required(list.index(i), "audience can't be empty");
    if (!seen.insert(audiences[i]).second) errors.duplicate(list.index(i), audiences[i]);
  }
}

}  // namespace

void check_issuer(const written::Issuer& issuer, std::vector<std::string> own_issuers,
                  const Path& path, ErrorList& errors) {
  check_urls(issuer, std::move(own_issuers), path, errors);
  check_audiences(issuer, path, errors);
  const auto& ca = issuer.certificate_authority;
  if (!ca.empty() && (ca.find("BEGIN CERTIFICATE") == std::string::npos ||
                      !http::ClientTls::make("", "", ca).ok()))
    errors.invalid(path.child("certificateAuthority"), "<omitted>",
                   "data does not contain any valid RSA or ECDSA certificates");
  // Servers are reached directly, whoever they are.
  if (!issuer.egress.empty())
    errors.invalid(path.child("egressSelectorType"), issuer.egress,
                   "egress selectors are not supported");
}

}  // namespace kubus::apiserver::oidc
