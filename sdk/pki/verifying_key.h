// What a VerifyingKey is made of. Internal to this library.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "kubus/pki/jwt.h"
#include "openssl.h"

namespace kubus::pki {

struct VerifyingKey::Impl {
  KeyPtr key;
  std::string algorithm;
  std::string id;

  // Named `id`, else by its public part. kInvalid for null and for a key of another kind.
  static Result<std::shared_ptr<const Impl>> make(KeyPtr key,
                                                  std::optional<std::string> id = std::nullopt);
};

}  // namespace kubus::pki
