// What the deletion of an object comes to: gone at once, marked and left to its finalizers or its
// grace period, or nothing because it is under way already.
//
// Thread safety: free functions.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "registry/call.h"
#include "registry/strategy.h"

namespace kubus::apiserver {

struct Deletion {
  std::optional<std::int64_t> grace_period;
  std::string propagation;  // Orphan, Background, Foreground; empty: the kind's default
  std::string uid;          // preconditions, when not empty
  std::string resource_version;
};

// From the body (DeleteOptions), or where there is none from the query.
Result<Deletion> read_deletion(Call& call);
// kConflict when the object is not the one that was meant.
Status check_preconditions(const Deletion& deletion, const Object& object, const Call& call);

struct DeletionPlan {
  enum class Step { kRemove, kUpdate, kNothing } step = Step::kRemove;
  std::unique_ptr<Message> object;  // for kUpdate and kRemove: as it is marked
};
Result<DeletionPlan> plan_deletion(const Call& call, const Message& current,
                                   const Deletion& deletion, const Strategy& strategy);

// An object on its way out that nothing holds any more.
bool nothing_holds(const Message& object);

}  // namespace kubus::apiserver
