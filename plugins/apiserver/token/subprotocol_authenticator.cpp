#include "token/subprotocol_authenticator.h"

#include <string>
#include <string_view>
#include <vector>

#include "kubus/api/base64.h"
#include "kubus/http/websocket.h"

namespace kubus::apiserver {
namespace {

constexpr std::string_view kPrefix = "base64url.bearer.authorization.k8s.io.";

struct Offer {
  std::vector<std::string_view> tokens;  // encoded
  std::vector<std::string_view> others;
};

Offer offer_of(const http::Request& request) {
  Offer offer;
  if (!http::is_websocket(request)) return offer;
  for (const auto name : http::offered_subprotocols(request)) {
    if (name.starts_with(kPrefix))
      offer.tokens.push_back(name.substr(kPrefix.size()));
    else
      offer.others.push_back(name);
  }
  return offer;
}

// Empty: none is offered.
Result<std::string> offered_token(const http::Request& request) {
  const auto offer = offer_of(request);
  if (offer.tokens.empty()) return std::string();
  if (offer.tokens.size() > 1)
    return Status(Code::kUnauthorized, "multiple base64.bearer.authorization tokens specified");
  auto token = decode_base64url(offer.tokens.front());
  if (!token.ok())
    return Status(Code::kUnauthorized, "invalid base64.bearer.authorization token encoding");
  if (!token->empty() && offer.others.empty())
    return Status(Code::kUnauthorized, "missing additional subprotocol");
  return std::move(*token);
}

class SubprotocolAuthenticator final : public Authenticator {
 public:
  explicit SubprotocolAuthenticator(const TokenAuthenticators& tokens) : tokens_(tokens) {}

  Result<std::optional<Identity>> authenticate(const http::Request& request) override {
    const auto token = offered_token(request);
    if (!token.ok()) return token.status();
    if (token->empty()) return std::optional<Identity>();
    auto holder = tokens_.authenticate(*token, tokens_.own_audiences());
    if (!holder.ok()) return holder.status();
    return std::optional<Identity>(std::move(holder->identity));
  }
  bool asks_others(const http::Request& request) const override {
    if (!tokens_.asks_others()) return false;
    const auto token = offered_token(request);
    return token.ok() && !token->empty();
  }
  void authenticate_later(const http::Request& request, const http::AskerPtr& asker,
                          Done done) override {
    const auto token = offered_token(request);
    if (!token.ok()) return done(token.status());
    if (token->empty()) return done(std::optional<Identity>());
    authenticate_token(tokens_, *token, asker, std::move(done));
  }

 private:
  const TokenAuthenticators& tokens_;
};

}  // namespace

std::unique_ptr<Authenticator> make_subprotocol_authenticator(const TokenAuthenticators& tokens) {
  return std::make_unique<SubprotocolAuthenticator>(tokens);
}

void drop_token_subprotocol(http::Request& request) {
  const auto offer = offer_of(request);
  if (offer.tokens.empty()) return;
  std::string rest;
  for (const auto name : offer.others) rest.append(rest.empty() ? "" : ",").append(name);
  request.headers.erase("Sec-WebSocket-Protocol");
  if (!rest.empty()) request.headers.add("Sec-WebSocket-Protocol", rest);
}

}  // namespace kubus::apiserver
