#include "token/token_routes.h"

namespace kubus::apiserver {
namespace {

http::Response document(std::string_view type, const std::string& body) {
  auto response = text_response(200, type, body);
  // They change with the keys only, which changes with a restart.
  response.headers.set("Cache-Control", "public, max-age=3600");
  return response;
}

}  // namespace

void add_token_routes(Routes& routes, const TokenIssuer& issuer) {
  routes.add_read("/.well-known/openid-configuration",
                  [body = issuer.configuration()](const RouteCall&) {
                    return document("application/json", body);
                  });
  routes.add_read("/openid/v1/jwks", [body = issuer.key_set()](const RouteCall&) {
    return document("application/jwk-set+json", body);
  });
}

}  // namespace kubus::apiserver
