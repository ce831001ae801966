// Request: something this instance asked of another and waits for: a call, a stream or the events
// of one publisher.
//
// Thread safety: the constant members and `slot` from any thread; the rest on the node's loop.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "core/callback.h"
#include "core/loop_core.h"
#include "kubus/bus.h"

namespace kubus::bus {

class Peer;

// What a request's callback is given.
struct Delivery {
  enum class Kind { kItem, kEnd, kEvent, kGap, kSubscribed };
  Kind kind = Kind::kEnd;
  Bytes body;         // of an item, an event, or the reply at the end of a call
  Status status;      // at the end
  std::string topic;  // of an event
  std::uint64_t sequence = 0;
};

using Deadlines = std::multimap<core::Clock::time_point, class Request*>;

class Request {
 public:
  enum class Kind { kCall, kStream, kEvents };
  Request(Kind kind_in, std::string_view service_in, std::string_view method_in, Bytes body_in,
          CallOptions options_in, UniqueFunction<void(Delivery)> deliver)
      : kind(kind_in),
        service(service_in),
        method(method_in),
        body(std::move(body_in)),
        options(std::move(options_in)),
        slot(std::move(deliver)) {}

  const Kind kind;
  const std::string service;  // of kEvents: empty
  const std::string method;   // of kEvents: the topic
  const Bytes body;
  const CallOptions options;
  core::Slot<Delivery> slot;
  std::atomic<bool> manual_credit{false};
  std::atomic<bool> over{false};  // its last callback has begun

  std::uint64_t id = 0;  // 0: not started or already over
  Peer* peer = nullptr;  // null: waits for a provider
  bool touched = false;  // something came back already
  int attempts = 0;
  std::uint32_t consumed = 0;  // messages whose credit has not been returned
  core::Clock::time_point deadline = core::Clock::time_point::max();
  Deadlines::iterator timer;
  bool timed = false;
};

}  // namespace kubus::bus
