// What the API says of all objects of a kind, as it says it; nothing is kept. For who has a picture
// of his own of every object there is. Others take an Informer.
//
// Thread safety: follow_objects() from any thread; listeners run on the context's Loop, one at a
// time.
#pragma once

#include <functional>

#include "kubus/custom_kinds.h"
#include "kubus/loop.h"
#include "kubus/object.h"

namespace kubus {

class Context;

// Objects are PartialObjectMetadata without managed fields. Every state of an object comes, in
// order; one that vanishes while nothing can be heard is just not in the next list.
struct FeedListener {
  // A list begins, at first and whenever what happened cannot be told any more: what is not put()
  // until listed() is gone.
  std::function<void()> begin;
  std::function<void(const Message& object)> put;
  std::function<void(const Message& object)> erase;
  std::function<void()> listed;
};

// Ends when the registration is dropped; no listener runs afterwards. One watch for each call.
Registration follow_objects(Context& context, const Kind& kind, FeedListener listener);

}  // namespace kubus
