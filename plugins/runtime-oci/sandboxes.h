// Pod sandboxes: the namespaces, shared memory, cgroup and files that the containers of a pod
// share.
//
// Thread safety: all members from any thread. run() blocks for milliseconds; stop() and remove()
// return at once and answer through `done`.
#pragma once

#include <string>

#include "containers.h"
#include "node.h"

namespace kubus::runtime_oci {

class Sandboxes {
 public:
  Sandboxes(Node& node, Containers& containers) : node_(node), containers_(containers) {}

  Result<runtime::Sandbox> run(const runtime::SandboxConfig& config);
  void stop(const std::string& id, Done done);
  void remove(const std::string& id, Done done);

  // Takes over what a predecessor left; what cannot be taken over is removed.
  void adopt();

 private:
  Status prepare(const runtime::Sandbox& sandbox);
  Status start_holder(SandboxEntry& entry);
  void watch(const SandboxPtr& entry);
  void on_holder_gone(const std::string& id);
  // Ends the holder and releases what it had; pool thread.
  Status finish_stop(const SandboxPtr& entry);
  Status finish_remove(const SandboxPtr& entry);
  void release(const runtime::Sandbox& sandbox);
  std::string cgroup_of(const runtime::Sandbox& sandbox) const;
  void adopt_one(const std::string& id);

  Node& node_;
  Containers& containers_;
};

}  // namespace kubus::runtime_oci
