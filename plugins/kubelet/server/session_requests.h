// /exec and /attach: the streams of a process in a container.
//
// Thread safety: all members from any thread. Work that blocks is done on the pool.
#pragma once

#include "../streaming/bridge.h"
#include "../streaming/stream_options.h"
#include "../streaming/websocket.h"
#include "route.h"

namespace kubus::kubelet {

class SessionRequests {
 public:
  explicit SessionRequests(const ServerParts& parts) : parts_(parts) {}
  void serve_exec(ServerRequest request);
  void serve_attach(ServerRequest request);

 private:
  struct Wanted {
    PodPtr pod;
    std::string container;
    StreamOptions streams;
    std::vector<std::string> command;  // of an exec; empty for an attach
    bool exec = false;
  };
  void serve(const ServerRequest& request, bool exec);
  // Blocks. The path of the runtime's socket.
  Result<std::string> open(const Wanted& wanted);
  Result<runtime::Container> running_container(const Wanted& wanted);

  const ServerParts parts_;
};

}  // namespace kubus::kubelet
