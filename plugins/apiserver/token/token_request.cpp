#include "token/token_request.h"

#include <google/protobuf/message.h>
#include <k8s/authentication/v1/token_request.pb.h>

#include "kubus/api/time.h"
#include "registry/body.h"
#include "registry/metadata.h"
#include "token/claims.h"

namespace kubus::apiserver {
namespace {

using authentication_v1::BoundObjectReference;
using authentication_v1::TokenRequest;

constexpr std::int64_t kDefaultLife = 3600;
constexpr std::int64_t kMountedLife = 365 * 24 * 3600;
constexpr std::int64_t kShortestLife = 600;
constexpr std::int64_t kLongestLife = std::int64_t{1} << 32;
// What the tokens in pods are asked for: an hour, and a little that tells them from others.
constexpr std::int64_t kMounted = 3607;

Status invalid(const std::string& name, const std::string& field, const std::string& value,
               const std::string& why) {
  return errors::invalid({"authentication.k8s.io", "TokenRequest", name},
                         {{"FieldValueInvalid", "Invalid value: " + value + ": " + why, field}});
}

Status check_names(const TokenRequest& request, const Call& call) {
  const auto& metadata = request.metadata();
  if (!metadata.name().empty() && metadata.name() != call.info.name)
    return invalid(call.info.name, "metadata.name", "\"" + metadata.name() + "\"",
                   "must match the service account name if specified");
  if (!metadata.namespace_().empty() && metadata.namespace_() != call.info.ns)
    return invalid(call.info.name, "metadata.namespace", "\"" + metadata.namespace_() + "\"",
                   "must match the service account namespace if specified");
  return {};
}

Status check_expiration(std::int64_t seconds) {
  const auto refuse = [&](const char* why) {
    return invalid("", "spec.expirationSeconds", std::to_string(seconds), why);
  };
  if (seconds < kShortestLife) return refuse("may not specify a duration less than 10 minutes");
  if (seconds > kLongestLife) return refuse("may not specify a duration larger than 2^32 seconds");
  return {};
}

ObjectId id_of(const Object& object) {
  return {std::string(object.name()), std::string(object.uid())};
}

// Finds what the token is bound to and writes it in the claims.
class TokenBinding {
 public:
  TokenBinding(Registry& registry, const Call& call, Claims& claims)
      : cache_(registry.cache()), call_(call), claims_(claims) {}

  Status bind(const BoundObjectReference& to) {
    const auto slash = to.apiversion().find('/');
    const bool core = slash == std::string::npos;
    if (core && to.kind() == "Pod") return bind_pod(to);
    if (core && to.kind() == "Secret")
      return bind_object(to, "secrets", call_.info.ns + "/", claims_.secret);
    if (core && to.kind() == "Node") return bind_object(to, "nodes", "", claims_.node);
    const auto version = core ? to.apiversion() : to.apiversion().substr(slash + 1);
    return errors::bad_request("cannot bind token to object of type " +
                               (core ? "" : to.apiversion().substr(0, slash)) + "/" + version +
                               ", Kind=" + to.kind());
  }

 private:
  Status bind_object(const BoundObjectReference& to, const char* plural, const std::string& prefix,
                     std::optional<ObjectId>& id) {
    const auto object = cache_.find("", plural)->get(prefix + to.name());
    if (!object) return errors::not_found({"", plural, to.name()});
    id = id_of(*object);
    if (to.uid().empty() || to.uid() == id->uid) return {};
    return errors::conflict(
        {"", to.kind(), to.name()},
        "the UID in the bound object reference (" + to.uid() +
            ") does not match the UID in record. The object might have been deleted and then "
            "recreated");
  }

  Status bind_pod(const BoundObjectReference& to) {
    const auto pod = cache_.find("", "pods")->get(call_.info.ns + "/" + to.name());
    if (!pod) return errors::not_found({"", "pods", to.name()});
    if (pod->field("spec.serviceAccountName") != call_.info.name)
      return errors::bad_request("cannot bind token for serviceaccount \"" + call_.info.name +
                                 "\" to pod running with different serviceaccount name.");
    if (const auto name = pod->field("spec.nodeName"); !name.empty()) {
      const auto node = cache_.find("", "nodes")->get(name);
      claims_.node = node ? id_of(*node) : ObjectId{name, ""};
    }
    return bind_object(to, "pods", call_.info.ns + "/", claims_.pod);
  }

  ClusterCache& cache_;
  const Call& call_;
  Claims& claims_;
};

// Fills in what the client left open, and what the server decides.
void complete(TokenRequest& request, const Call& call, const TokenIssuer& issuer, SystemTime now) {
  auto& metadata = *request.mutable_metadata();
  metadata.set_name(call.info.name);
  metadata.set_namespace_(call.info.ns);
  set_time(*metadata.mutable_creationtimestamp(), now);
  request.clear_status();
  auto& spec = *request.mutable_spec();
  if (!spec.has_expirationseconds()) spec.set_expirationseconds(kDefaultLife);
  if (spec.audiences().empty())
    spec.mutable_audiences()->Assign(issuer.audiences.begin(), issuer.audiences.end());
}

void set_times(Claims& claims, std::int64_t asked, const TokenIssuer& issuer, SystemTime now) {
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  const bool extended = issuer.extend_expiration && claims.pod && asked == kMounted &&
                        intersection(claims.audiences, issuer.audiences) == claims.audiences;
  if (extended) claims.warn_after = seconds + asked;
  claims.issued_at = claims.not_before = seconds;
  claims.expires = seconds + (extended ? kMountedLife : asked);
}

// What is wrong with the request by itself; it is complete afterwards.
Status check_request(TokenRequest& request, const Call& call, const TokenIssuer& issuer,
                     SystemTime now) {
  KUBUS_TRY(check_names(request, call));
  if (!call.cache->get(call.key())) return errors::not_found(call.subject());
  complete(request, call, issuer, now);
  return check_expiration(request.spec().expirationseconds());
}

Status issue(TokenRequest& request, Call& call, Registry& registry, const TokenIssuer& issuer,
             SystemTime now) {
  const auto account = call.cache->get(call.key());
  if (!account) return errors::not_found(call.subject());
  auto& spec = *request.mutable_spec();
  Claims claims;
  if (spec.has_boundobjectref())
    KUBUS_TRY(TokenBinding(registry, call, claims).bind(spec.boundobjectref()));
  if (issuer.max_expiration > 0 && spec.expirationseconds() > issuer.max_expiration) {
    call.warnings.push_back("requested expiration of " + std::to_string(spec.expirationseconds()) +
                            " seconds shortened to " + std::to_string(issuer.max_expiration) +
                            " seconds");
    spec.set_expirationseconds(issuer.max_expiration);
  }
  claims.issuer = issuer.issuer;
  claims.subject = account_user(call.info.ns, call.info.name);
  claims.audiences = {spec.audiences().begin(), spec.audiences().end()};
  claims.id = new_uid();
  claims.ns = call.info.ns;
  claims.account = id_of(*account);
  set_times(claims, spec.expirationseconds(), issuer, now);
  if (call.dry_run()) return {};
  auto token = issuer.key.sign(claims.to_json());
  if (!token.ok()) return errors::internal(token.status().message());
  auto& status = *request.mutable_status();
  status.set_token(std::move(*token));
  set_time(*status.mutable_expirationtimestamp(),
           now + std::chrono::seconds(spec.expirationseconds()));
  return {};
}

void answer_request(Registry& registry, const TokenIssuer& issuer, CallPtr call, Done done) {
  auto body = read_body(*call, *TokenRequest::descriptor());
  if (!body.ok()) return done(body.status());
  const auto now = std::chrono::system_clock::now();
  registry.post(
      call, std::move(*body),
      [call, &issuer, now](Message& posted) {
        return check_request(static_cast<TokenRequest&>(posted), *call, issuer, now);
      },
      [&registry, &issuer, call, now, done = std::move(done)](Result<MessagePtr> posted) mutable {
        if (!posted.ok()) return done(posted.status());
        auto& request = static_cast<TokenRequest&>(**posted);
        if (auto status = issue(request, *call, registry, issuer, now); !status.ok())
          return done(status);
        done(Answer::of(std::shared_ptr<const Message>(std::move(*posted)), 201));
      });
}

}  // namespace

void add_token_request(Api& api, Registry& registry, const TokenService& tokens) {
  api.add("/serviceaccounts/token", "create", [&registry, &tokens](CallPtr call, Done done) {
    const auto* issuer = tokens.issuer();
    if (!issuer) return done(not_ready());
    answer_request(registry, *issuer, std::move(call), std::move(done));
  });
}

}  // namespace kubus::apiserver
