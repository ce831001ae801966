// JSON Web Tokens (RFC 7515 and 7519) in compact form, signed with RSA (RS256, RS384, RS512, PS256,
// PS384, PS512) or on a curve (ES256, ES384, ES512); nothing else is written or believed.
//
// Thread safety: keys are immutable and may be used from any thread at once; the rest are values.
//
// A key is named by the base64url form of the SHA-256 of its public part in DER, as the reference
// names the keys of service accounts; one that others publish has the name they gave it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kubus/status.h"

namespace kubus::pki {

// The public part of a key: an RSA key of at least 2,048 bits, or one on the curve P-256 (ES256),
// P-384 (ES384) or P-521 (ES512).
class VerifyingKey {
 public:
  // Every key of a PEM text; of private keys and certificates the public part. kInvalid for a text
  // without any, and for a key of another kind.
  static Result<std::vector<VerifyingKey>> parse_all(const std::string& pem);
  // The keys of a JSON Web Key Set (RFC 7517), named by their `kid`, empty for one without. Keys
  // of another kind or for another use are left out, so that there may be none. kInvalid for a
  // text that is no set, and for one larger than any that is made in good faith.
  static Result<std::vector<VerifyingKey>> parse_jwks(std::string_view json);

  const std::string& id() const;
  // How it signs: "RS256" for an RSA key that is published for no other, "ES256".
  std::string_view algorithm() const;
  // The key as a JSON Web Key, as the reference publishes it.
  std::string jwk() const;
  // False as well for an algorithm that is not of such keys, or not the one that a set names the
  // key for. `signature` as tokens have it: for ES256 the two numbers of 32 bytes each.
  bool verify(std::string_view algorithm, std::string_view message,
              std::string_view signature) const;

  struct Impl;

 private:
  friend class SigningKey;
  explicit VerifyingKey(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const Impl> impl_;
};

class SigningKey {
 public:
  // kInvalid for a text that is no private key, or one of another kind.
  static Result<SigningKey> parse(const std::string& pem);
  const VerifyingKey& public_key() const { return public_; }
  // The token with these claims, a JSON object.
  Result<std::string> sign(std::string_view claims) const;

 private:
  explicit SigningKey(VerifyingKey key) : public_(std::move(key)) {}
  VerifyingKey public_;
};

// The longest token that is looked at.
inline constexpr std::size_t kMaxToken = 16 << 10;

// A token taken apart; nothing is checked but its form.
struct Token {
  std::string algorithm;
  std::string key_id;  // empty: it names none
  std::string claims;  // JSON, not looked at
  std::string signature;
  std::string_view signed_part;  // into the text given

  // kBadRequest for what is no token in compact form, and for one with critical extensions.
  static Result<Token> parse(std::string_view text);
};

// Whether one of `keys` signed the token: the one it names, or any when it names none. Which of the
// algorithms of a key may be used is up to the caller.
bool verify(const Token& token, const std::vector<VerifyingKey>& keys);

}  // namespace kubus::pki
