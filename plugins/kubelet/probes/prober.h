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
  std::string pod_ip;  // the node's own for pods on the host network
  const core_v1::Container* container;
};

// Success and failure count towards the verdict; an error (the probe itself could not be made) does
// not.
enum class ProbeOutcome { kSuccess, kFailure, kError };
struct ProbeResult {
  ProbeOutcome outcome = ProbeOutcome::kSuccess;
  std::string output;  // what went wrong, as the event shows it

  static ProbeResult failure(std::string output) {
    return {ProbeOutcome::kFailure, std::move(output)};
  }
  static ProbeResult error(std::string output) { return {ProbeOutcome::kError, std::move(output)}; }
  bool ok() const { return outcome == ProbeOutcome::kSuccess; }
};

// HTTP, TCP and gRPC probes.
ProbeResult run_probe(const core_v1::ProbeHandler& probe, const ProbeTarget& target,
                      std::chrono::seconds timeout);

// What the run of an exec probe's command says.
ProbeResult exec_result(const core_v1::ExecAction& action, std::chrono::seconds timeout,
                        const Result<runtime::ExecSyncResponse>& ran);

// A GET; ok for 200 to 399. Certificates are not checked, redirects not followed.
ProbeResult http_get(const core_v1::HTTPGetAction& action, const std::string& host, int port,
                     std::chrono::seconds timeout);
ProbeResult tcp_connect(const std::string& host, int port, std::chrono::seconds timeout);
// grpc.health.v1.Health/Check of `service` over cleartext HTTP/2.
ProbeResult grpc_check(const std::string& service, const std::string& host, int port,
                       std::chrono::seconds timeout);

// A port by number, or by the name the container gives it. kInvalid when there is none.
Result<int> resolve_port(const k8s_intstr::IntOrString& port, const core_v1::Container& container);

}  // namespace kubus::kubelet
