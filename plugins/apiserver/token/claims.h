// What the token of a service account says: who it is, for whom it is meant, until when, and which
// object's life bounds it.
//
// Thread safety: values and pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kubus/api/time.h"
#include "kubus/status.h"

namespace kubus::apiserver {

// The issuer of tokens that are kept in Secrets.
inline constexpr std::string_view kLegacyIssuer = "kubernetes/serviceaccount";

struct ObjectId {
  std::string name, uid;
};

struct Claims {
  std::string issuer;
  std::string subject;
  std::vector<std::string> audiences;
  // Seconds since 1970.
  std::optional<std::int64_t> expires, not_before, issued_at;
  std::string id;
  std::string ns;
  ObjectId account;
  std::optional<ObjectId> pod, secret, node;
  // From when on whoever uses the token should have had a new one.
  std::optional<std::int64_t> warn_after;

  // kBadRequest for what is no set of claims. The names of a legacy token's claims are read when
  // its issuer is kLegacyIssuer; its Secret is in `secret`, without a uid.
  static Result<Claims> parse(std::string_view json);
  // As the reference writes those of a bound token.
  std::string to_json() const;
};

std::string account_user(std::string_view ns, std::string_view name);
std::vector<std::string> account_groups(std::string_view ns);

// kUnauthorized, with what the reference says of it, for a token that is not valid at `now`. Clocks
// may differ by a minute.
Status check_times(const Claims& claims, SystemTime now);

}  // namespace kubus::apiserver
