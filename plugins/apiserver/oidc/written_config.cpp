#include "oidc/written_config.h"

#include "config/document.h"

namespace kubus::apiserver::oidc::written {
namespace {

namespace json = boost::json;

// One object of the document, and where it is.
struct Place {
  const json::object& object;
  const std::string path;

  template <class T>
  Status read(std::string_view member, T& out) const {
    return config::read_member(object, member, path, out);
  }
  std::string below(std::string_view member) const {
    return path.empty() ? std::string(member) : path + "." + std::string(member);
  }
  // Calls `read` with the object of that name, if there is one.
  template <class Read>
  Status with(std::string_view member, std::initializer_list<std::string_view> known,
              Read read) const {
    const auto found = config::read_object(object, member, path, known);
    if (!found.ok()) return found.status();
    return *found ? read(Place{**found, below(member)}) : Status();
  }
  template <class Read>
  Status with_each(std::string_view member, std::initializer_list<std::string_view> known,
                   Read read) const {
    const auto found = config::read_objects(object, member, path, known);
    if (!found.ok()) return found.status();
    for (std::size_t i = 0; i < found->size(); ++i)
      KUBUS_TRY(read(Place{*(*found)[i], config::at(below(member), i)}));
    return {};
  }
};

Status read_issuer(const Place& place, Issuer& out) {
  KUBUS_TRY(place.read("url", out.url));
  KUBUS_TRY(place.read("discoveryURL", out.discovery_url));
  KUBUS_TRY(place.read("certificateAuthority", out.certificate_authority));
  KUBUS_TRY(place.read("audiences", out.audiences));
  KUBUS_TRY(place.read("audienceMatchPolicy", out.match_policy));
  return place.read("egressSelectorType", out.egress);
}

Status read_claim_rule(const Place& place, Rule& out) {
  KUBUS_TRY(place.read("claim", out.claim));
  KUBUS_TRY(place.read("requiredValue", out.required_value));
  KUBUS_TRY(place.read("expression", out.expression));
  return place.read("message", out.message);
}

Status read_mapping(const Place& place, Mapping& out) {
  KUBUS_TRY(place.read("claim", out.claim));
  KUBUS_TRY(place.read("expression", out.expression));
  // Also an empty one is a prefix.
  std::string prefix;
  KUBUS_TRY(place.read("prefix", prefix));
  const auto* written = place.object.if_contains("prefix");
  if (written && !written->is_null()) out.prefix = std::move(prefix);
  return {};
}

Status read_mappings(const Place& place, Authenticator& out) {
  const auto mapping = [](Mapping& into) {
    return [&into](const Place& at) { return read_mapping(at, into); };
  };
  KUBUS_TRY(place.with("username", {"claim", "expression", "prefix"}, mapping(out.username)));
  KUBUS_TRY(place.with("groups", {"claim", "expression", "prefix"}, mapping(out.groups)));
  KUBUS_TRY(place.with("uid", {"claim", "expression"}, mapping(out.uid)));
  return place.with_each("extra", {"key", "valueExpression"}, [&](const Place& at) {
    auto& extra = out.extra.emplace_back();
    KUBUS_TRY(at.read("key", extra.key));
    return at.read("valueExpression", extra.expression);
  });
}

Status read_authenticator(const Place& place, Authenticator& out) {
  KUBUS_TRY(place.with("issuer",
                       {"url", "discoveryURL", "certificateAuthority", "audiences",
                        "audienceMatchPolicy", "egressSelectorType"},
                       [&](const Place& at) { return read_issuer(at, out.issuer); }));
  KUBUS_TRY(place.with_each(
      "claimValidationRules", {"claim", "requiredValue", "expression", "message"},
      [&](const Place& at) { return read_claim_rule(at, out.claim_rules.emplace_back()); }));
  KUBUS_TRY(place.with("claimMappings", {"username", "groups", "uid", "extra"},
                       [&](const Place& at) { return read_mappings(at, out); }));
  return place.with_each("userValidationRules", {"expression", "message"}, [&](const Place& at) {
    return read_claim_rule(at, out.user_rules.emplace_back());
  });
}

Status read_anonymous(const Place& place, Anonymous& out) {
  out.enabled = false;
  KUBUS_TRY(place.read("enabled", out.enabled));
  return place.with_each("conditions", {"path"}, [&](const Place& at) {
    return at.read("path", out.paths.emplace_back());
  });
}

}  // namespace

Result<Config> read(std::string_view text) {
  const auto document = config::parse(
      text,
      {"apiserver.config.k8s.io/v1", "apiserver.config.k8s.io/v1beta1",
       "apiserver.config.k8s.io/v1alpha1"},
      "AuthenticationConfiguration");
  if (!document.ok()) return document.status();
  KUBUS_TRY(config::check_members(*document, "", {"apiVersion", "kind", "jwt", "anonymous"}));
  const Place place{*document, ""};
  Config out;
  KUBUS_TRY(place.with_each(
      "jwt", {"issuer", "claimValidationRules", "claimMappings", "userValidationRules"},
      [&](const Place& at) { return read_authenticator(at, out.jwt.emplace_back()); }));
  KUBUS_TRY(place.with("anonymous", {"enabled", "conditions"}, [&](const Place& at) {
    return read_anonymous(at, out.anonymous.emplace());
  }));
  return out;
}

}  // namespace kubus::apiserver::oidc::written
