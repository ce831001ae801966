// One probe of one container, carried out.
//
// Thread safety: functions that block for at most the probe's timeout: for Pool tasks.
#pragma once

#include <k8s/core/v1/pod.pb.h>

#include <string>

#include "../node_runtime.h"
#include "kubus/api/types.h"

namespace kubus::kubelet {

struct ProbeTarget {
  std::string container_id;
  std::string pod_ip;  // the node's own for pods on the host network
  const core_v1::Container* container;
};

// Ok: the probe succeeded. Otherwise the message says what went wrong, as the event shows it.
Status run_probe(NodeRuntime& runtime, const core_v1::ProbeHandler& probe,
                 const ProbeTarget& target, std::chrono::seconds timeout);

// A GET; ok for 200 to 399. Certificates are not checked, redirects not followed.
Status http_get(const core_v1::HTTPGetAction& action, const std::string& host, int port,
                std::chrono::seconds timeout);
Status tcp_connect(const std::string& host, int port, std::chrono::seconds timeout);

// A port by number, or by the name the container gives it. kInvalid when there is none.
Result<int> resolve_port(const k8s_intstr::IntOrString& port, const core_v1::Container& container);

}  // namespace kubus::kubelet
