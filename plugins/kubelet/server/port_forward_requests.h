// /portForward: connections to the ports of a pod.
//
// Thread safety: all members from any thread. Work that blocks is done on the pool.
#pragma once

#include "../streaming/port_dialer.h"
#include "route.h"

namespace kubus::kubelet {

class PortForwardRequests {
 public:
  explicit PortForwardRequests(const ServerParts& parts) : parts_(parts) {}
  void serve(ServerRequest request);

 private:
  // Blocks.
  Result<std::shared_ptr<PortDialer>> dialer_for(const core_v1::Pod& pod);

  const ServerParts parts_;
};

}  // namespace kubus::kubelet
