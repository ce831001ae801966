// What a VerifyingKey is made of. Internal to this library.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "jwt_algorithm.h"
#include "kubus/pki/jwt.h"
#include "openssl.h"

namespace kubus::pki {

struct VerifyingKey::Impl {
  KeyPtr key;
  const Algorithm* own = nullptr;
  bool is_only = false;  // no other algorithm of such keys
  std::string id;

  // Named `id`, else by its public part; for the algorithm `only`, else for all that such keys can.
  // kInvalid for null, for a key of another kind, and where that cannot be.
  static Result<std::shared_ptr<const Impl>> make(KeyPtr key,
                                                  std::optional<std::string> id = std::nullopt,
                                                  const std::string& only = {});
  // What such keys can do; null for anything else.
  const Algorithm* find(std::string_view name) const;
};

}  // namespace kubus::pki
