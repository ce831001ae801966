// Hands each event of the runtime to everyone who listens.
//
// Thread safety: all members from any thread. Listeners are called under the hub's lock, in the
// order of the events: they must be quick and must not call back.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>

#include "kubus/runtime.pb.h"

namespace kubus::runtime_oci {

class EventHub {
 public:
  using Listener = std::function<bool(const runtime::Event&)>;  // false: forget me
  // The listener first gets SYNC.
  std::uint64_t listen(Listener listener);
  void forget(std::uint64_t id);

  void sandbox(runtime::Event::Kind kind, const runtime::Sandbox& sandbox);
  void container(runtime::Event::Kind kind, const runtime::Container& container);
  void image(runtime::Event::Kind kind, const runtime::Image& image);

 private:
  void send(runtime::Event event);

  std::mutex mutex_;
  std::uint64_t next_ = 1;
  std::map<std::uint64_t, Listener> listeners_;
};

}  // namespace kubus::runtime_oci
