#include "token/claims.h"

#include <boost/json.hpp>
#include <cmath>

#include "kubus/api/json.h"
#include "kubus/api/json_value.h"

namespace kubus::apiserver {
namespace {

constexpr std::int64_t kLeeway = 60;  // seconds
constexpr const char* kKubernetes = "kubernetes.io";

Status malformed(std::string_view claim) {
  return Status(Code::kBadRequest, "the claim " + std::string(claim) + " is not what it must be");
}

// Reads the claims of one object, remembering the first that has another type than it must.
class Reader {
 public:
  explicit Reader(const boost::json::object& object) : object_(object) {}

  std::string text(std::string_view name) {
    const auto* value = find(name);
    if (!value) return {};
    if (value->is_string()) return std::string(value->get_string());
    wrong(name);
    return {};
  }
  // A number of seconds, which may have a fraction.
  std::optional<std::int64_t> time(std::string_view name) {
    constexpr double kMost = 1e15;
    const auto* value = find(name);
    if (!value) return std::nullopt;
    const double seconds = value->is_number() ? value->to_number<double>() : NAN;
    if (std::abs(seconds) <= kMost) return static_cast<std::int64_t>(seconds);
    wrong(name);
    return std::nullopt;
  }
  // One text, or a list of them.
  std::vector<std::string> texts(std::string_view name) {
    const auto* value = find(name);
    if (!value) return {};
    if (value->is_string()) return {std::string(value->get_string())};
    std::vector<std::string> list;
    if (!value->is_array()) wrong(name);
    if (value->is_array())
      for (const auto& item : value->get_array())
        item.is_string() ? void(list.emplace_back(item.get_string())) : wrong(name);
    return list;
  }
  std::optional<ObjectId> object(std::string_view name) {
    const auto* value = find(name);
    if (!value) return std::nullopt;
    if (!value->is_object()) {
      wrong(name);
      return std::nullopt;
    }
    Reader inner(value->get_object());
    ObjectId id{inner.text("name"), inner.text("uid")};
    if (!inner.status().ok()) status_ = inner.status();
    return id;
  }
  const Status& status() const { return status_; }

 private:
  const boost::json::value* find(std::string_view name) const {
    const auto* value = object_.if_contains(name);
    return value && !value->is_null() ? value : nullptr;
  }
  void wrong(std::string_view name) {
    if (status_.ok()) status_ = malformed(name);
  }

  const boost::json::object& object_;
  Status status_;
};

Status read_bound(const boost::json::object& tree, Claims& claims) {
  const auto* part = tree.if_contains(kKubernetes);
  if (!part) return {};
  if (!part->is_object()) return malformed(kKubernetes);
  Reader reader(part->get_object());
  claims.ns = reader.text("namespace");
  claims.account = reader.object("serviceaccount").value_or(ObjectId());
  claims.pod = reader.object("pod");
  claims.secret = reader.object("secret");
  claims.node = reader.object("node");
  claims.warn_after = reader.time("warnafter");
  return reader.status();
}

void read_legacy(Reader& reader, Claims& claims) {
  const std::string prefix = "kubernetes.io/serviceaccount/";
  claims.ns = reader.text(prefix + "namespace");
  claims.secret = ObjectId{reader.text(prefix + "secret.name"), ""};
  claims.account = {reader.text(prefix + "service-account.name"),
                    reader.text(prefix + "service-account.uid")};
}

boost::json::object to_object(const ObjectId& id) {
  boost::json::object object;
  if (!id.name.empty()) object["name"] = id.name;
  if (!id.uid.empty()) object["uid"] = id.uid;
  return object;
}

}  // namespace

Result<Claims> Claims::parse(std::string_view text) {
  DecodeOptions options;
  options.max_depth = 16;
  options.strict = true;
  boost::json::value tree;
  KUBUS_TRY(parse_json(text, tree, options));
  if (!tree.is_object()) return Status(Code::kBadRequest, "claims are an object");
  Reader reader(tree.get_object());
  Claims claims;
  claims.issuer = reader.text("iss");
  claims.subject = reader.text("sub");
  claims.audiences = reader.texts("aud");
  claims.expires = reader.time("exp");
  claims.not_before = reader.time("nbf");
  claims.issued_at = reader.time("iat");
  claims.id = reader.text("jti");
  if (claims.issuer == kLegacyIssuer)
    read_legacy(reader, claims);
  else
    KUBUS_TRY(read_bound(tree.get_object(), claims));
  KUBUS_TRY(reader.status());
  return claims;
}

std::string Claims::to_json() const {
  boost::json::object tree;
  tree["iss"] = issuer;
  tree["sub"] = subject;
  tree["aud"] = boost::json::value_from(audiences);
  if (expires) tree["exp"] = *expires;
  if (not_before) tree["nbf"] = *not_before;
  if (issued_at) tree["iat"] = *issued_at;
  if (!id.empty()) tree["jti"] = id;
  boost::json::object part;
  part["namespace"] = ns;
  part["serviceaccount"] = to_object(account);
  if (pod) part["pod"] = to_object(*pod);
  if (secret) part["secret"] = to_object(*secret);
  if (node) part["node"] = to_object(*node);
  if (warn_after) part["warnafter"] = *warn_after;
  tree[kKubernetes] = std::move(part);
  std::string out;
  append_json(tree, out);
  return out;
}

std::string account_user(std::string_view ns, std::string_view name) {
  return "system:serviceaccount:" + std::string(ns) + ":" + std::string(name);
}

std::vector<std::string> account_groups(std::string_view ns) {
  return {"system:serviceaccounts", "system:serviceaccounts:" + std::string(ns)};
}

Status check_times(const Claims& claims, SystemTime now) {
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  if (claims.not_before && seconds + kLeeway < *claims.not_before)
    return Status(Code::kUnauthorized, "service account token is not valid yet");
  if (claims.expires && seconds - kLeeway > *claims.expires)
    return Status(Code::kUnauthorized, "service account token has expired");
  if (claims.issued_at && seconds + kLeeway < *claims.issued_at)
    return Status(Code::kUnauthorized, "service account token is issued in the future");
  return {};
}

}  // namespace kubus::apiserver
