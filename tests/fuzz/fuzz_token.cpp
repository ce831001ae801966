// Bearer tokens, which anybody may send: taken apart, their claims read, their signature looked at.
#include "kubus/api/base64.h"
#include "kubus/pki/certificate.h"
#include "kubus/pki/jwt.h"
#include "target.h"
#include "token/claims.h"
#include "token/token_verifier.h"

namespace kubus::fuzz {

using namespace apiserver;

namespace {

const pki::SigningKey& key() {
  static const auto made = *pki::SigningKey::parse(pki::make_signing_key()->key_pem);
  return made;
}

// What we signed in this run; nothing else may be believed.
const std::string kClaims =
    R"({"aud":["a"],"exp":4000000000,"iat":1,"iss":"us","jti":"x","kubernetes.io":{"namespace":"n",)"
    R"("node":{"name":"n","uid":"u"},"pod":{"name":"p","uid":"u"},"serviceaccount":{"name":"s",)"
    R"("uid":"u"},"warnafter":3607},"nbf":1.5,"sub":"system:serviceaccount:n:s"})";

const std::string& signed_token() {
  static const auto made = *key().sign(kClaims);
  return made;
}

void read_claims(std::string_view json) {
  const auto claims = Claims::parse(json);
  if (!claims.ok() || claims->issuer == kLegacyIssuer) return;
  const auto again = Claims::parse(claims->to_json());
  require(again.ok(), "claims that were read cannot be read again");
  require(again->to_json() == claims->to_json(), "claims change when they are written");
  (void)check_times(*claims, SystemTime());
}

}  // namespace

void run(std::string_view input) {
  static TokenVerifier verifier({key().public_key()}, {"us"}, 4);
  const auto token = pki::Token::parse(input);
  if (token.ok()) {
    require(input.starts_with(token->signed_part), "what is signed is not of the token");
    const bool good = pki::verify(*token, {key().public_key()});
    require(!good || token->claims == kClaims, "a signature that nobody made");
    read_claims(token->claims);
  }
  const auto verified = verifier.verify(input);
  require(!verified.ok() || !*verified || input == signed_token(), "a token that nobody made");
  read_claims(input);
  if (const auto bytes = decode_base64url(input); bytes.ok())
    require(encode_base64url(*bytes) == input, "one text for two values");
}

std::vector<std::string> seeds() {
  const auto token = signed_token();
  const auto none = encode_base64url(R"({"alg":"none"})") + "." + encode_base64url(kClaims) + ".";
  return {token,
          none,
          token.substr(0, token.rfind('.')),
          kClaims,
          R"({"iss":"kubernetes/serviceaccount","sub":"system:serviceaccount:n:s",)"
          R"("kubernetes.io/serviceaccount/namespace":"n",)"
          R"("kubernetes.io/serviceaccount/secret.name":"k"})",
          encode_base64url("any bytes")};
}

}  // namespace kubus::fuzz
