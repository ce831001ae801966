#include "token/service_account_tokens.h"

#include "kubus/api/base64.h"
#include "respond/api_errors.h"

namespace kubus::apiserver {
namespace {

constexpr const char* kInvalidSince = "kubernetes.io/legacy-token-invalid-since";
constexpr const char* kExtraPrefix = "authentication.kubernetes.io/";
// How long a token is good after the end of what it is bound to.
constexpr std::chrono::seconds kAfterDeletion{60};

Status not_valid(std::string why) { return Status(Code::kUnauthorized, std::move(why)); }
Status invalidated() { return not_valid("service account token has been invalidated"); }

std::string quote_list(const Audiences& audiences) {
  std::string text = "[";
  for (const auto& one : audiences) text += (text.size() > 1 ? " \"" : "\"") + one + "\"";
  return text + "]";
}

class ServiceAccountTokens final : public TokenAuthenticator {
 public:
  ServiceAccountTokens(std::shared_ptr<TokenVerifier> verifier, ClusterCache& cache, Audiences own,
                       LegacyUsed used, Clock clock)
      : verifier_(std::move(verifier)),
        accounts_(*cache.find("", "serviceaccounts")),
        secrets_(*cache.find("", "secrets")),
        pods_(*cache.find("", "pods")),
        nodes_(*cache.find("", "nodes")),
        own_(std::move(own)),
        used_(std::move(used)),
        clock_(std::move(clock)) {}

  Result<std::optional<TokenHolder>> authenticate(std::string_view token,
                                                  const Audiences& audiences) override {
    auto verified = verifier_->verify(token);
    if (!verified.ok()) return verified.status();
    if (!*verified) return std::optional<TokenHolder>();
    const Claims& claims = **verified;
    const auto& meant_for = claims.audiences.empty() ? own_ : claims.audiences;
    TokenHolder holder;
    holder.audiences = intersection(meant_for, audiences);
    if (holder.audiences.empty())
      return not_valid("token audiences " + quote_list(meant_for) +
                       " is invalid for the target audiences " + quote_list(audiences));
    KUBUS_TRY(claims.issuer == kLegacyIssuer ? check_legacy(claims, token) : check_bound(claims));
    holder.identity = identity_of(claims);
    return std::optional<TokenHolder>(std::move(holder));
  }

 private:
  bool is_over(const Object& object) const {
    if (!object.deleting()) return false;
    const auto ends = parse_time(object.field("metadata.deletionTimestamp"));
    return !ends.ok() || *ends < clock_() - kAfterDeletion;
  }

  // `what`: how the reference calls the object in the message about its uid.
  Status check_object(const ObjectPtr& object, const ObjectId& id, const std::string& kind,
                      const std::string& what) const {
    if (!object) return invalidated();
    if (object->uid() != id.uid)
      return not_valid(kind + " UID (" + std::string(object->uid()) + ") does not match " + what +
                       " (" + id.uid + ")");
    if (!is_over(*object)) return {};
    return &object->resource() == &accounts_.resource()
               ? not_valid("service account has been deleted")
               : invalidated();
  }

  Status check_bound(const Claims& claims) const {
    KUBUS_TRY(check_times(claims, clock_()));
    if (claims.subject != account_user(claims.ns, claims.account.name))
      return not_valid("service account token subject does not match its claims");
    const auto key = [&](const ObjectId& id) { return claims.ns + "/" + id.name; };
    const auto account = accounts_.get(key(claims.account));
    if (!account)
      return not_valid(errors::not_found({"", "serviceaccounts", claims.account.name}).message());
    KUBUS_TRY(check_object(account, claims.account, "service account", "claim"));
    if (claims.secret)
      KUBUS_TRY(check_object(secrets_.get(key(*claims.secret)), *claims.secret, "secret",
                             "service account secret ref claim"));
    if (claims.pod)
      return check_object(pods_.get(key(*claims.pod)), *claims.pod, "pod",
                          "service account pod ref claim");
    // The node of a pod's token only tells where the pod is.
    if (claims.node)
      return check_object(nodes_.get(claims.node->name), *claims.node, "node",
                          "service account node ref claim");
    return {};
  }

  Status check_legacy(const Claims& claims, std::string_view token) const {
    if (!claims.secret || claims.secret->name.empty())
      return not_valid("secretName claim is missing");
    if (claims.subject != account_user(claims.ns, claims.account.name))
      return not_valid("sub claim is invalid");
    const auto secret = secrets_.get(claims.ns + "/" + claims.secret->name);
    if (!secret || secret->deleting()) return not_valid("Token has been invalidated");
    if (secret->field("data.token") != encode_base64(token))
      return not_valid("Token does not match server's copy");
    const auto account = accounts_.get(claims.ns + "/" + claims.account.name);
    if (!account)
      return not_valid(errors::not_found({"", "serviceaccounts", claims.account.name}).message());
    if (account->deleting())
      return not_valid("ServiceAccount " + claims.ns + "/" + claims.account.name +
                       " has been deleted");
    if (account->uid() != claims.account.uid)
      return not_valid("ServiceAccount UID (" + std::string(account->uid()) +
                       ") does not match claim (" + claims.account.uid + ")");
    KUBUS_TRY(check_not_marked(*secret, claims));
    if (used_) used_(secret);
    return {};
  }

  static Status check_not_marked(const Object& secret, const Claims& claims) {
    for (const auto& [key, value] : secret.labels())
      if (key == kInvalidSince && !value.empty())
        return not_valid(
            "the token in secret " + claims.ns + "/" + claims.secret->name +
            " for service account " + claims.ns + "/" + claims.account.name +
            " has been marked invalid. Use tokens from the TokenRequest API or manually "
            "created secret-based tokens, or remove the '" +
            kInvalidSince + "' label from the secret to temporarily allow use of this token");
    return {};
  }

  static Identity identity_of(const Claims& claims) {
    Identity identity;
    identity.name = account_user(claims.ns, claims.account.name);
    identity.groups = account_groups(claims.ns);
    identity.uid = claims.account.uid;
    const auto add = [&](const char* name, const std::string& value) {
      if (!value.empty()) identity.extra[std::string(kExtraPrefix) + name] = {value};
    };
    if (claims.pod) {
      add("pod-name", claims.pod->name);
      add("pod-uid", claims.pod->uid);
    }
    if (claims.node) {
      add("node-name", claims.node->name);
      add("node-uid", claims.node->uid);
    }
    if (!claims.id.empty()) add("credential-id", "JTI=" + claims.id);
    return identity;
  }

  const std::shared_ptr<TokenVerifier> verifier_;
  const ResourceCache& accounts_;
  const ResourceCache& secrets_;
  const ResourceCache& pods_;
  const ResourceCache& nodes_;
  const Audiences own_;
  const LegacyUsed used_;
  const Clock clock_;
};

}  // namespace

std::unique_ptr<TokenAuthenticator> make_service_account_tokens(
    std::shared_ptr<TokenVerifier> verifier, ClusterCache& cache, Audiences own, LegacyUsed used,
    Clock clock) {
  return std::make_unique<ServiceAccountTokens>(std::move(verifier), cache, std::move(own),
                                                std::move(used), std::move(clock));
}

}  // namespace kubus::apiserver
