// Process: what all instances of one process share on the bus.
//
// Thread safety: the members from any thread; `context` may be used to make sockets anywhere.
#pragma once

#include <string>
#include <string_view>
#include <zmq.hpp>

#include "bus/routes.h"
#include "kubus/host.h"

namespace kubus::bus {

class Node;

inline constexpr std::string_view kKernelId = "kubus";

class Process {
 public:
  Process(std::string id, std::string bus_dir, HostRole role);
  virtual ~Process() = default;

  const std::string& id() const { return id_; }
  HostRole role() const { return role_; }
  const std::string& bus_dir() const { return bus_dir_; }
  // Where the directory is served; known to everybody.
  Provider kernel() const { return {std::string(kKernelId), 1, std::string(kKernelId)}; }
  // The file of an instance's ipc socket.
  std::string socket_path(std::string_view id, std::uint64_t generation) const;
  std::string ipc_address(std::string_view id, std::uint64_t generation) const;
  std::string inproc_address(std::string_view id, std::uint64_t generation) const;
  // Whether something listens at the kernel's address.
  bool kernel_answers() const;
  bool is_local(const Provider& provider) const { return provider.process == id_; }

  zmq::context_t context;
  Routes routes;

  // Events of `topic` (a prefix) for `node`: one subscription per process underneath.
  virtual Registration subscribe(const std::shared_ptr<Node>& node, std::string_view topic,
                                 EventHandler handler) = 0;
  // Drops the subscriptions of `node`, on its loop.
  virtual void forget(Node& node) = 0;
  // `node` publishes `topic` for the first time.
  virtual void announce(Node& node, const std::string& topic) = 0;

 private:
  const std::string id_;
  const std::string bus_dir_;
  const HostRole role_;
};

}  // namespace kubus::bus
