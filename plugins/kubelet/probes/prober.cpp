#include "prober.h"

#include "kubus/api/int_or_string.h"

namespace kubus::kubelet {
namespace {

Status exec_probe(NodeRuntime& runtime, const core_v1::ExecAction& action,
                  const std::string& container, std::chrono::seconds timeout) {
  auto result =
      runtime.exec(container, {action.command().begin(), action.command().end()}, timeout);
  if (!result.ok()) {
    if (result.code() == Code::kTimeout)
      return Status(Code::kTimeout,
                    "command timed out: \"" + (action.command_size() ? action.command(0) : "") +
                        "\" timed out after " + std::to_string(timeout.count()) + "s");
    return result.status();
  }
  if (result->exit_code() == 0) return {};
  std::string output = result->stdout() + result->stderr();
  if (output.size() > 10 * 1024) output.resize(10 * 1024);
  return Status(Code::kUnknown, output);
}

}  // namespace

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

Status run_probe(NodeRuntime& runtime, const core_v1::ProbeHandler& probe,
                 const ProbeTarget& target, std::chrono::seconds timeout) {
  if (probe.has_exec()) return exec_probe(runtime, probe.exec(), target.container_id, timeout);
  if (probe.has_httpget()) {
    auto port = resolve_port(probe.httpget().port(), *target.container);
    if (!port.ok()) return port.status();
    const std::string& host = probe.httpget().host();
    return http_get(probe.httpget(), host.empty() ? target.pod_ip : host, *port, timeout);
  }
  if (probe.has_tcpsocket()) {
    auto port = resolve_port(probe.tcpsocket().port(), *target.container);
    if (!port.ok()) return port.status();
    const std::string& host = probe.tcpsocket().host();
    return tcp_connect(host.empty() ? target.pod_ip : host, *port, timeout);
  }
  return Status(Code::kInvalid, "this node does not support this kind of probe");
}

}  // namespace kubus::kubelet
