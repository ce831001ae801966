#include "token/token_issuer.h"

#include <set>

#include "kubus/api/json.h"

namespace kubus::apiserver {

std::string TokenIssuer::configuration() const {
  std::string json = R"({"issuer":)";
  append_json_string(issuer, json);
  json += R"(,"jwks_uri":)";
  append_json_string(jwks_uri, json);
  std::set<std::string> algorithms;
  for (const auto& one : verifying) algorithms.emplace(one.algorithm());
  std::string list;
  for (const auto& algorithm : algorithms) list += (list.empty() ? "\"" : ",\"") + algorithm + '"';
  return json +
         R"(,"response_types_supported":["id_token"],"subject_types_supported":["public"],)" +
         R"("id_token_signing_alg_values_supported":[)" + list + "]}";
}

std::string TokenIssuer::key_set() const {
  std::string list;
  for (const auto& one : verifying) list += (list.empty() ? "" : ",") + one.jwk();
  return R"({"keys":[)" + list + "]}";
}

}  // namespace kubus::apiserver
