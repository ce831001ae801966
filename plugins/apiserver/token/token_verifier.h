// Which tokens of service accounts bear a signature of ours. What was found of a token is kept, so
// that a client that shows the same one again and again costs one signature.
//
// Thread safety: verify() from any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstring>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "kubus/pki/jwt.h"
#include "kubus/status.h"
#include "token/claims.h"

namespace kubus::apiserver {

class TokenVerifier {
 public:
  // At most `capacity` tokens are remembered, those used last.
  TokenVerifier(std::vector<pki::VerifyingKey> keys, std::vector<std::string> issuers,
                std::size_t capacity = 2048);

  // The claims of a token that one of the keys signed; nothing about times or objects is checked.
  // Null: not a token of ours. kUnauthorized: it says it is, and no key of ours signed it.
  Result<std::shared_ptr<const Claims>> verify(std::string_view token);

 private:
  // Tokens are remembered by their SHA-256: nobody can find them here.
  using Digest = std::array<unsigned char, 32>;
  struct Hash {
    std::size_t operator()(const Digest& digest) const {
      std::size_t hash = 0;
      std::memcpy(&hash, digest.data(), sizeof(hash));
      return hash;
    }
  };
  struct Known {
    std::shared_ptr<const Claims> claims;
    std::list<Digest>::iterator at;
  };
  std::shared_ptr<const Claims> known(const Digest& digest);
  void remember(const Digest& digest, std::shared_ptr<const Claims> claims);
  bool is_ours(std::string_view issuer) const;

  const std::vector<pki::VerifyingKey> keys_;
  const std::vector<std::string> issuers_;
  const std::size_t capacity_;
  std::mutex mutex_;
  std::unordered_map<Digest, Known, Hash> known_;
  std::list<Digest> used_;  // the last one first
};

}  // namespace kubus::apiserver
