// When to look at a pod again after something failed.
//
// Thread safety: pure functions.
#pragma once

#include <chrono>

#include "kubus/work_queue.h"

namespace kubus::kubelet {

// A try that failed for a reason of the pod's own is repeated after this long, as in the reference.
inline constexpr std::chrono::seconds kRetryAfter{10};

// A part of the node (or the API) was away: what was asked for says nothing of the pod.
inline bool was_away(const Status& why) {
  switch (why.code()) {
    case Code::kUnavailable:
    case Code::kDraining:
    case Code::kCancelled:
    case Code::kServiceUnavailable:
      return true;
    default:
      return false;
  }
}

// What failed because something was away, or the object is not the newest, comes back as soon as
// that may be over.
inline Outcome retry_after(const Status& why) {
  if (was_away(why) || why.code() == Code::kConflict) return why;
  return Outcome::requeue_after(kRetryAfter);
}

// Of two outcomes the one that comes back first.
inline Outcome sooner(const Outcome& a, const Outcome& b) {
  if (!a.status().ok()) return a;
  if (!b.status().ok()) return b;
  if (a.delay().count() == 0) return b;
  if (b.delay().count() == 0) return a;
  return a.delay() < b.delay() ? a : b;
}

}  // namespace kubus::kubelet
