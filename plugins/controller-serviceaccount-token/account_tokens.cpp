#include "account_tokens.h"

#include "kubus/api/json.h"

namespace kubus::serviceaccount_token {
namespace {

std::string annotation(const core_v1::Secret& secret, const char* name) {
  const auto& all = secret.metadata().annotations();
  const auto found = all.find(name);
  return found == all.end() ? std::string() : found->second;
}

bool has_data(const core_v1::Secret& secret, const char* key) {
  const auto found = secret.data().find(key);
  return found != secret.data().end() && !found->second.empty();
}

}  // namespace

std::string account_of(const core_v1::Secret& secret) {
  return secret.type() == kType ? annotation(secret, kNameAnnotation) : std::string();
}

bool is_of_another(const core_v1::Secret& secret, const core_v1::ServiceAccount& account) {
  const auto uid = annotation(secret, kUidAnnotation);
  return !uid.empty() && uid != account.metadata().uid();
}

std::string claims_of(const core_v1::Secret& secret, const core_v1::ServiceAccount& account) {
  const auto& owner = account.metadata();
  std::string json = R"({"iss":"kubernetes/serviceaccount")";
  const auto add = [&](const char* name, const std::string& value) {
    json += std::string(",\"") + name + "\":";
    append_json_string(value, json);
  };
  add("kubernetes.io/serviceaccount/namespace", owner.namespace_());
  add("kubernetes.io/serviceaccount/secret.name", secret.metadata().name());
  add("kubernetes.io/serviceaccount/service-account.name", owner.name());
  add("kubernetes.io/serviceaccount/service-account.uid", owner.uid());
  add("sub", "system:serviceaccount:" + owner.namespace_() + ":" + owner.name());
  return json + "}";
}

Result<core_v1::Secret> filled(const core_v1::Secret& secret,
                               const core_v1::ServiceAccount& account, const pki::SigningKey& key,
                               const std::string& ca) {
  core_v1::Secret out = secret;
  auto& data = *out.mutable_data();
  if (!ca.empty()) data["ca.crt"] = ca;
  if (!has_data(secret, "namespace")) data["namespace"] = account.metadata().namespace_();
  if (!has_data(secret, "token")) {
    auto token = key.sign(claims_of(secret, account));
    if (!token.ok()) return token.status();
    data["token"] = std::move(*token);
  }
  (*out.mutable_metadata()->mutable_annotations())[kUidAnnotation] = account.metadata().uid();
  return out;
}

}  // namespace kubus::serviceaccount_token
