// What has to be had from elsewhere before an object can be written, and what else is written with
// it: addresses and ports of Services.
//
// Thread safety: all members from any thread at once.
#pragma once

#include <memory>
#include <vector>

#include "registry/call.h"
#include "registry/storage_client.h"

namespace kubus::apiserver {

// Held as long as it lives: until the cache has what was written, or nothing was.
class Reservation {
 public:
  virtual ~Reservation() = default;
  // What has to be written in the same step. `object` is as it will be stored.
  virtual Companions companions(const Message& object) const = 0;
};
using ReservationPtr = std::shared_ptr<Reservation>;
using Reservations = std::vector<ReservationPtr>;

class WriteHook {
 public:
  virtual ~WriteHook() = default;
  // False: it has nothing to do with such a write.
  virtual bool concerns(const Call& call) const = 0;
  // May change `object`. Null: nothing was needed. `old` is null for a creation.
  virtual Result<ReservationPtr> reserve(const Call& call, Message& object, const Message* old) = 0;
  // What goes in the same step in which an object goes.
  virtual Companions removal(const ResourceInfo& resource, const Message& object) = 0;
};

}  // namespace kubus::apiserver
