// Kubelet: joins the pods assigned to this node, the runtime's events and the workers.
//
// Thread safety: start() on the Loop; the rest happens by itself.
#pragma once

#include <k8s/core/v1/node.pb.h>
#include <k8s/core/v1/service.pb.h>

#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "kubus/context.h"
#include "kubus/informer.h"
#include "logs/log_rotator.h"
#include "node/node_agent.h"
#include "pod_worker.h"
#include "server/client_ca.h"
#include "server/kubelet_server.h"

namespace kubus::kubelet {

class Kubelet {
 public:
  // `client_ca_file`: whose client certificates the server believes; empty: the cluster tells.
  Kubelet(Context& context, NodeSettings settings, NodeIdentity identity, Duration status_interval,
          ServerSettings server, std::string client_ca_file);
  ~Kubelet();
  Status start();
  // Ends the sessions of clients.
  void drain();

  NodeRuntime& runtime() { return runtime_; }
  // The pod of this name on this node, or null.
  PodPtr find_pod(const std::string& ns, const std::string& name) const;
  std::vector<PodPtr> pods() const;

 private:
  void pod_changed(const PodPtr& old, const PodPtr& now);
  void follow_runtime();
  void on_runtime_event(const runtime::Event& event);
  // Everything that runs here without the API knowing of it goes; what it knows is looked at.
  void adopt();
  PodPtr newest(const std::string& uid) const;
  PodWorker::Surroundings surroundings();
  std::optional<Admission::Node> admission_node() const;
  void look_at_all();
  ServerParts server_parts();

  Context& context_;
  NodeRuntime runtime_;
  LogRotator log_rotator_;
  const std::string node_name_;
  Informer<core_v1::Pod> pods_;
  Informer<core_v1::Node> nodes_;  // this one

  Informer<core_v1::Service> services_;
  NodeAgent node_;
  std::unique_ptr<PodWorker> worker_;
  std::unique_ptr<WorkQueue> queue_;
  KubeletServer server_;
  ClientCa client_ca_;
  std::unique_ptr<bus::StreamReader> events_;
  Registration retry_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, PodPtr> by_uid_;
  bool synced_ = false;  // Loop only
};

}  // namespace kubus::kubelet
