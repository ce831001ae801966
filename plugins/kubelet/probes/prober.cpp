#include "prober.h"

#include "kubus/api/int_or_string.h"

namespace kubus::kubelet {
namespace {

constexpr std::size_t kLongestOutput = 10 * 1024;

std::string joined(const core_v1::ExecAction& action) {
  std::string out;
  for (const std::string& word : action.command()) out += (out.empty() ? "" : " ") + word;
  return out;
}

}  // namespace

ProbeResult exec_result(const core_v1::ExecAction& action, std::chrono::seconds timeout,
                        const Result<runtime::ExecSyncResponse>& ran) {
  if (ran.code() == Code::kTimeout && !ran.ok())
    return ProbeResult::failure("command timed out: \"" + joined(action) + "\" timed out after " +
                                std::to_string(timeout.count()) + "s");
  if (!ran.ok()) return ProbeResult::error(ran.status().message());
  if (ran->exit_code() == 0) return {};
  std::string output = ran->stdout() + ran->stderr();
  if (output.size() > kLongestOutput) output.resize(kLongestOutput);
  return ProbeResult::failure(std::move(output));
}

Result<int> resolve_port(const k8s_intstr::IntOrString& port, const core_v1::Container& container) {
  if (!is_string(port)) {
    const int number = port.intval();
    if (number > 0 && number < 65536) return number;
    return Status(Code::kInvalid, "invalid port number: " + std::to_string(number));
  }
  for (const auto& candidate : container.ports())
    if (candidate.name() == port.strval()) return candidate.containerport();
  return Status(Code::kInvalid, "couldn't find port: " + port.strval());
}

ProbeResult run_probe(const core_v1::ProbeHandler& probe, const ProbeTarget& target,
                      std::chrono::seconds timeout) {
  const auto host_or_pod = [&](const std::string& host) {
    return host.empty() ? target.pod_ip : host;
  };
  if (probe.has_httpget()) {
    auto port = resolve_port(probe.httpget().port(), *target.container);
    if (!port.ok()) return ProbeResult::error(port.status().message());
    return http_get(probe.httpget(), host_or_pod(probe.httpget().host()), *port, timeout);
  }
  if (probe.has_tcpsocket()) {
    auto port = resolve_port(probe.tcpsocket().port(), *target.container);
    if (!port.ok()) return ProbeResult::error(port.status().message());
    return tcp_connect(host_or_pod(probe.tcpsocket().host()), *port, timeout);
  }
  if (probe.has_grpc())
    return grpc_check(probe.grpc().service(), target.pod_ip, probe.grpc().port(), timeout);
  return ProbeResult::error("missing probe handler");
}

}  // namespace kubus::kubelet
