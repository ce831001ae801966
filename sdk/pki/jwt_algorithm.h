// The algorithms that tokens are signed with (RFC 7518, section 3), but for those whose secret is
// shared. Internal to this library.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "openssl.h"

namespace kubus::pki {

struct Algorithm {
  std::string_view name;  // "ES256"
  int kind;               // of the key: EVP_PKEY_RSA, EVP_PKEY_EC
  const EVP_MD* (*hash)();
  bool pss = false;                  // RSA
  std::string_view curve, group = {};  // EC: as a JSON Web Key calls it, and as OpenSSL does
  std::size_t number = 0;            // EC: bytes of a number on the curve
};

// Null for another one.
const Algorithm* find_algorithm(std::string_view name);
const Algorithm* find_curve(std::string_view curve);
// How this key signs when nothing else is said; null for a key of another kind, or a weak one.
const Algorithm* algorithm_of(EVP_PKEY* key);

// Signatures are as tokens have them: of a curve, its two numbers.
bool verify(const Algorithm& algorithm, EVP_PKEY* key, std::string_view message,
            std::string_view signature);
Result<std::string> sign(const Algorithm& algorithm, EVP_PKEY* key, std::string_view message);

}  // namespace kubus::pki
