#include "oidc/settings.h"

#include <algorithm>

namespace kubus::apiserver::oidc {
namespace {

Status bad_setting(const char* key, const std::string& why) {
  return Status(Code::kBadRequest, std::string("apiserver.") + key + ": " + why);
}

Status check_issuer(const Settings& settings, const std::vector<std::string>& own_issuers) {
  static constexpr std::string_view kScheme = "https://";
  const auto& issuer = settings.issuer;
  if (!issuer.starts_with(kScheme) || issuer.size() == kScheme.size())
    return bad_setting("oidc_issuer_url", "\"" + issuer + "\" is not a URL of https");
  if (issuer.find_first_of("?#@") != std::string::npos)
    return bad_setting("oidc_issuer_url", "has a user, a query or a fragment");
  if (std::find(own_issuers.begin(), own_issuers.end(), issuer) != own_issuers.end())
    return bad_setting("oidc_issuer_url", "is an issuer of tokens of service accounts");
  return {};
}

Status read_required(const Config& config, Settings& settings) {
  for (const auto& text : config.list("oidc_required_claim")) {
    const auto equals = text.find('=');
    if (equals == 0 || equals == std::string::npos)
      return bad_setting("oidc_required_claim", "\"" + text + "\" is not of the form claim=value");
    settings.required_claims.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return {};
}

}  // namespace

const std::vector<std::string>& supported_algorithms() {
  static const std::vector<std::string> kAll = {"RS256", "RS384", "RS512", "ES256", "ES384",
                                                "ES512", "PS256", "PS384", "PS512"};
  return kAll;
}

Result<std::optional<Settings>> Settings::from(const Config& config,
                                               const std::vector<std::string>& own_issuers) {
  Settings settings;
  settings.issuer = config.string("oidc_issuer_url");
  const auto client_id = config.string("oidc_client_id");
  settings.audiences = {client_id};
  settings.ca_file = config.string("oidc_ca_file");
  settings.username.claim = config.string("oidc_username_claim");
  settings.username.prefix = config.string("oidc_username_prefix");
  settings.groups.claim = config.string("oidc_groups_claim");
  settings.groups.prefix = config.string("oidc_groups_prefix");
  settings.algorithms = config.list("oidc_signing_algs");
  KUBUS_TRY(read_required(config, settings));
  if (settings.issuer.empty() != client_id.empty())
    return bad_setting(settings.issuer.empty() ? "oidc_issuer_url" : "oidc_client_id",
                       "oidc_issuer_url and oidc_client_id go together");
  if (settings.issuer.empty()) {
    const bool others = !settings.ca_file.empty() || !settings.username.prefix.empty() ||
                        !settings.groups.claim.empty() || !settings.groups.prefix.empty() ||
                        !settings.required_claims.empty();
    if (others) return bad_setting("oidc_issuer_url", "needed by the other settings of oidc");
    return std::optional<Settings>();
  }
  KUBUS_TRY(check_issuer(settings, own_issuers));
  if (settings.username.claim.empty()) return bad_setting("oidc_username_claim", "is empty");
  if (settings.groups.claim.empty() && !settings.groups.prefix.empty())
    return bad_setting("oidc_groups_prefix", "without oidc_groups_claim");
  if (settings.algorithms.empty()) return bad_setting("oidc_signing_algs", "is empty");
  const auto& known = supported_algorithms();
  for (const auto& algorithm : settings.algorithms)
    if (std::find(known.begin(), known.end(), algorithm) == known.end())
      return bad_setting("oidc_signing_algs",
                         "\"" + algorithm + "\" is not supported, only RS256, RS384, RS512, ES256, "
                         "ES384, ES512, PS256, PS384 and PS512 are");
  // Addresses of mail are told apart from other names by themselves.
  if (settings.username.prefix == "-")
    settings.username.prefix.clear();
  else if (settings.username.prefix.empty() && settings.username.claim != "email")
    settings.username.prefix = settings.issuer + "#";
  return std::optional<Settings>(std::move(settings));
}

}  // namespace kubus::apiserver::oidc
