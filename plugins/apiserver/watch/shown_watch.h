// Watches objects for a client who sees them in the version of its call: where a webhook converts
// them, events wait for its answers, in their order, so that nobody sees a revision before all that
// led to it.
//
// Thread safety: watch_shown() and await_state() from any thread.
#pragma once

#include <memory>

#include "cache/event.h"
#include "registry/registry.h"

namespace kubus::apiserver {

// As ResourceCache::watch() of the call's cache. What is returned (it may be null) has to be held
// as long as the watch is wanted. An object that cannot be converted ends the watch with the error.
Result<std::shared_ptr<void>> watch_shown(Registry& registry, const CallPtr& call,
                                          const std::shared_ptr<Watcher>& watcher, Filter filter,
                                          const WatchStart& start);

// Runs `then` once the state that a watch begins with can be shown without asking, or with why it
// cannot: so a client is told before it takes the watch for one that works.
void await_state(Registry& registry, const CallPtr& call, const Filter& filter,
                 const WatchStart& start, UniqueFunction<void(Status)> then);

}  // namespace kubus::apiserver
