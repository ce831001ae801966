// What one write costs the quotas of its namespace.
//
// Thread safety: pure functions.
#pragma once

#include <memory>
#include <vector>

#include "cache/object.h"
#include "kubus/object.h"
#include "registry/call.h"

namespace kubus::apiserver {

// A quota as it has to be stored for the write to be let through.
struct QuotaUpdate {
  ObjectPtr quota;   // as it is now
  std::string json;  // as it is to be stored
};

// A write that quotas may be about at all. `old` is null for a creation.
bool is_charged(const Call& call, const Message* old);

// kForbidden, as the reference words it, when a quota does not allow the write or cannot tell.
// Empty when no quota changes.
Result<std::vector<QuotaUpdate>> charge(const Call& call, const Message& object, const Message* old,
                                        const std::vector<ObjectPtr>& quotas);

}  // namespace kubus::apiserver
