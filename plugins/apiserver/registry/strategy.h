// What is particular about single kinds: small functions and flags, by kind. Most kinds have none.
//
// Thread safety: the table is constant.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "auth/identity.h"
#include "kubus/api/resource.h"
#include "kubus/object.h"

namespace kubus::apiserver {

enum class GcDefault : std::uint8_t { kBackground, kOrphan };

// A subresource that shows the whole object and by which one part of it changes.
struct PartRules {
  std::string_view subresource;
  // Leaves in `object`, as a client sent it, that part alone; all else becomes what it is in `old`.
  void (*keep)(Message& object, const Message& old) = nullptr;
};

struct Strategy {
  // Before an object is created, and before it replaces `old`.
  void (*prepare_create)(Message& object) = nullptr;
  void (*prepare_update)(Message& object, const Message& old) = nullptr;
  // Writes down in the object who creates it.
  void (*set_author)(Message& object, const Identity& author) = nullptr;
  // Before its status replaces that of `old`.
  void (*prepare_status)(Message& object, const Message& old) = nullptr;
  // How long a deletion leaves the object time, given what the client asked for; unset: deletion
  // is not graceful.
  std::int64_t (*grace_period)(const Message& object, std::optional<std::int64_t> asked) = nullptr;
  bool keeps_status_on_create = false;
  bool counts_generations = false;
  bool unconditional_update = true;  // without a resourceVersion
  bool create_on_update = false;
  bool returns_deleted = false;  // a delete answers with the object
  GcDefault gc_default = GcDefault::kBackground;
  std::vector<PartRules> parts;

  // Null for a subresource without such rules.
  const PartRules* part(std::string_view subresource) const;
};

const Strategy& strategy_of(const ResourceInfo& resource);

}  // namespace kubus::apiserver
