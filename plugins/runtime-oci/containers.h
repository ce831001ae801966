// Containers: from an image and a configuration to an exit code.
//
// Thread safety: all members from any thread. create(), start(), reopen_log() and release() block
// for tens of milliseconds; stop() and remove() return at once and answer through `done`.
#pragma once

#include <chrono>
#include <string>

#include "node.h"

namespace kubus::runtime_oci {

class Containers {
 public:
  explicit Containers(Node& node) : node_(node) {}

  Result<runtime::Container> create(const std::string& sandbox_id,
                                    const runtime::ContainerConfig& config);
  // On failure the container has ended, with exit code 128 and reason StartError.
  Result<runtime::Container> start(const std::string& id);
  // `signal` empty: the container's own. Answered when it has ended.
  void stop(const std::string& id, std::chrono::milliseconds timeout, const std::string& signal,
            Done done);
  void remove(const std::string& id, bool keep_log, Done done);
  // Every stop under way is answered with kUnavailable; its containers get no further signal.
  void abandon_stops();
  Status signal(const std::string& id, const std::string& signal);
  Result<runtime::Container> update(const std::string& id, const runtime::Resources& resources);
  // When it returns, the path of the log names a new file, and what comes is written there.
  Status reopen_log(const std::string& id);

  // conmon wrote the exit file of `id`.
  void on_exit_file(const std::string& id);
  // Gives back mounts and cgroup of a container that has ended; idempotent.
  void release(const ContainerPtr& entry);

  // As Sandboxes::adopt, after it.
  void adopt();

 private:
  Status launch(const ContainerPtr& entry);
  void fail_start(const ContainerPtr& entry, const Status& why);
  void watch(const ContainerPtr& entry);
  void on_monitor_gone(const std::string& id);
  struct Outcome {
    int exit_code = 0;
    std::int64_t finished_at = 0;
    std::string reason;  // empty: follows from the rest
    std::string message;
  };
  void finish(const ContainerPtr& entry, const Outcome& outcome);
  Status finish_remove(const ContainerPtr& entry, bool keep_log);
  Result<Outcome> read_exit(const std::string& id) const;
  void adopt_one(const std::string& id);
  void adopt_created(const ContainerPtr& entry);
  void adopt_running(const ContainerPtr& entry);
  void discard(const std::string& id);

  Node& node_;
};

// "/kubepods/pod1/<container id>".
std::string container_cgroup(const runtime::Sandbox& sandbox, const std::string& id);

}  // namespace kubus::runtime_oci
