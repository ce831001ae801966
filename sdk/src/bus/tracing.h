// Tracing: the messages of an instance as a stream, for `kubus bus trace`.
//
// Thread safety: none; on the node's loop.
//
// Items and credit of streams are left out: the trace itself is made of them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "bus/socket.h"
#include "kubus/bus.h"

namespace kubus::bus {

class Tracing {
 public:
  explicit Tracing(std::string instance) : instance_(std::move(instance)) {}
  bool active() const { return !watchers_.empty(); }
  // `service` empty: all messages.
  void add(std::string service, StreamWriter writer);
  void record(bool sent, const std::string& peer, const Header& header, const Bytes& body);
  void clear() { watchers_.clear(); }

 private:
  struct Watcher {
    std::string service;
    StreamWriter writer;
    std::shared_ptr<bool> ended;
  };
  const std::string instance_;
  std::vector<Watcher> watchers_;
  bool recording_ = false;
};

}  // namespace kubus::bus
