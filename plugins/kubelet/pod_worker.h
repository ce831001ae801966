// PodWorker: brings one pod to what its object asks for, step by step; level-triggered.
//
// Thread safety: sync() may run for several pods at once, once at a time for each.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "actions.h"
#include "backoff.h"
#include "container_config.h"
#include "kubus/client.h"
#include "kubus/events.h"
#include "kubus/work_queue.h"
#include "pod_status.h"
#include "probes/probe_manager.h"
#include "probes/prober.h"
#include "volumes/volumes.h"

namespace kubus::kubelet {

struct NodeSettings {
  std::string node_name;
  std::string node_ip;
  std::string state_dir;
  std::string log_dir;
  std::string cgroup_root;
  std::string cluster_domain;
  std::vector<std::string> cluster_dns;
  std::int64_t cpu_milli = 0;
  std::int64_t memory_bytes = 0;
};

class PodWorker {
 public:
  PodWorker(Context& context, NodeRuntime& runtime, NodeSettings settings, ObjectSource source,
            std::function<void(const std::string& uid)> look_again);
  ~PodWorker();

  // `pod` is the newest object of that uid; null when the API has none: everything of it goes.
  Outcome sync(const std::string& uid, const PodPtr& pod);
  ProbeManager& probes() { return probes_; }
  Volumes& volumes() { return volumes_; }

 private:
  struct Waiting {
    std::string reason;
    std::string message;
    Backoff::Clock::time_point since;
  };
  // What is remembered between two looks at a pod; lost at a restart without harm.
  struct Memory {
    std::map<std::string, Waiting> waiting;  // by container name
    std::string failed_reason, failed_message;
    bool stopping = false;  // preStop hooks have run, containers were told to stop
    bool first_look = true;
  };

  Outcome run(const PodPtr& pod, Memory& memory);
  Outcome terminate(const PodPtr& pod, Memory& memory);
  Outcome clean_up(const std::string& uid);

  Status make_sandbox(const core_v1::Pod& pod, const NodeRuntime::PodState& state);
  // Makes the container run; fills memory.waiting when it cannot.
  Status start_container(const core_v1::Pod& pod, const Actions::Start& start,
                         const runtime::Sandbox& sandbox, const VolumePaths& volumes,
                         const std::vector<std::string>& ips, Memory& memory, Outcome& outcome);
  Status start_ephemeral(const core_v1::Pod& pod, const NodeRuntime::PodState& state,
                         const runtime::Sandbox& sandbox, const VolumePaths& volumes,
                         const std::vector<std::string>& ips, Memory& memory);
  Result<runtime::Image> ensure_image(const core_v1::Pod& pod, const core_v1::Container& container,
                                      Memory& memory, Outcome& outcome);
  void stop_container(const core_v1::Pod& pod, const core_v1::Container* spec,
                      const runtime::Container& container, std::chrono::seconds grace);
  void drop_old_containers(const NodeRuntime::PodState& state);
  Status publish(const PodPtr& pod, const NodeRuntime::PodState& state,
                 const std::vector<std::string>& ips, bool terminating, Memory& memory);
  std::vector<std::string> pod_ips(const core_v1::Pod& pod, const NodeRuntime::PodState& state);
  PodPlace place(const core_v1::Pod& pod) const;
  NodeFacts facts(const std::vector<std::string>& ips) const;
  std::shared_ptr<Memory> memory_of(const std::string& uid);

  Context& context_;
  NodeRuntime& runtime_;
  const NodeSettings settings_;
  const ObjectSource source_;
  std::shared_ptr<ApiClient> client_;
  EventRecorder events_;
  Volumes volumes_;
  ProbeManager probes_;
  Backoff restarts_;
  Backoff pulls_;
  std::mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<Memory>> memories_;
};

}  // namespace kubus::kubelet
