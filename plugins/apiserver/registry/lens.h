// A subresource that has a kind of its own, such as a Scale: how it shows an object, and what a
// change to it does to the object. Admission speaks of the kind that is shown.
//
// Thread safety: a table of pure functions.
#pragma once

#include <cstdint>
#include <memory>

#include "registry/call.h"

namespace kubus::apiserver {

struct Lens {
  std::unique_ptr<Message> (*show)(const Message& object, const Call& call,
                                   std::int64_t revision) = nullptr;
  // Makes `object` what `shown` says. kInvalid: it may not be that.
  Status (*take)(const Message& shown, const Call& call, Message& object) = nullptr;
};

}  // namespace kubus::apiserver
