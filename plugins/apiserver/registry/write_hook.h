// What has to be had from elsewhere before an object can be written, and given back when it is
// not: addresses and ports of Services.
//
// Thread safety: all members from any thread at once.
#pragma once

#include <memory>

#include "registry/call.h"

namespace kubus::apiserver {

// Given back when destroyed, unless kept.
class Reservation {
 public:
  virtual ~Reservation() = default;
  // The object was written.
  virtual void keep() = 0;
};

class WriteHook {
 public:
  virtual ~WriteHook() = default;
  // May change `object`. Null: nothing was needed. `old` is null for a creation.
  virtual Result<std::shared_ptr<Reservation>> reserve(const Call& call, Message& object,
                                                       const Message* old) = 0;
  // An object is gone.
  virtual void removed(const ResourceInfo& resource, const Message& object) = 0;
};

}  // namespace kubus::apiserver
