#include <k8s/core/v1/container.pb.h>
#include <k8s/core/v1/probe.pb.h>

#include "validation/checks.h"
#include "validation/pod_spec.h"

namespace kubus::apiserver {
namespace {

void check_http(const core_v1::HTTPGetAction& action, const Path& path, ErrorList& errors) {
  if (action.path().empty()) errors.required(path.child("path"));
  check_port(action.port(), path.child("port"), errors);
  if (action.scheme() != "HTTP" && action.scheme() != "HTTPS") {
    errors.not_supported(path.child("scheme"), action.scheme(), {"HTTP", "HTTPS"});
  }
  for (const auto& header : action.httpheaders()) {
    errors.invalid_each(path.child("httpHeaders"), header.name(),
                        check_http_header_name(header.name()));
  }
}

// What probes and hooks have in common: exactly one thing to do.
class HandlerCheck {
 public:
  HandlerCheck(const Path& path, ErrorList& errors) : path_(path), errors_(errors) {}

  template <class Handler>
  void common(const Handler& handler) {
    if (take(handler.has_exec(), "exec") && handler.exec().command().empty()) {
      errors_.required(path_.child("exec").child("command"));
    }
    if (take(handler.has_httpget(), "httpGet")) {
      check_http(handler.httpget(), path_.child("httpGet"), errors_);
    }
    if (take(handler.has_tcpsocket(), "tcpSocket")) {
      check_port(handler.tcpsocket().port(), path_.child("tcpSocket").child("port"), errors_);
    }
  }
  // Whether the handler is present and the first one.
  bool take(bool present, std::string_view name) {
    if (!present) return false;
    if (++count_ == 1) return true;
    errors_.forbidden(path_.child(name), "may not specify more than 1 handler type");
    return false;
  }
  void finish() {
    if (count_ == 0) errors_.required(path_, "must specify a handler type");
  }

 private:
  const Path& path_;
  ErrorList& errors_;
  int count_ = 0;
};

void check_probe(const core_v1::Probe& probe, const Path& path, ErrorList& errors) {
  HandlerCheck handler(path, errors);
  handler.common(probe.handler());
  if (handler.take(probe.handler().has_grpc(), "grpc")) {
    errors.invalid_each(path.child("grpc").child("port"), probe.handler().grpc().port(),
                        check_port_number(probe.handler().grpc().port()));
  }
  handler.finish();
  check_non_negative(probe.initialdelayseconds(), path.child("initialDelaySeconds"), errors);
  check_non_negative(probe.timeoutseconds(), path.child("timeoutSeconds"), errors);
  check_non_negative(probe.periodseconds(), path.child("periodSeconds"), errors);
  check_non_negative(probe.successthreshold(), path.child("successThreshold"), errors);
  check_non_negative(probe.failurethreshold(), path.child("failureThreshold"), errors);
  if (probe.has_terminationgraceperiodseconds() && probe.terminationgraceperiodseconds() <= 0) {
    errors.invalid(path.child("terminationGracePeriodSeconds"),
                   probe.terminationgraceperiodseconds(), "must be greater than 0");
  }
}

void check_single_success(const core_v1::Probe& probe, const Path& path, ErrorList& errors) {
  if (probe.successthreshold() != 1) {
    errors.invalid(path.child("successThreshold"), probe.successthreshold(), "must be 1");
  }
}

void check_hook(const core_v1::LifecycleHandler& hook, std::int64_t grace, const Path& path,
                ErrorList& errors) {
  HandlerCheck handler(path, errors);
  handler.common(hook);
  if (handler.take(hook.has_sleep(), "sleep") &&
      (hook.sleep().seconds() < 0 || hook.sleep().seconds() > grace)) {
    errors.invalid(path.child("sleep"), hook.sleep().seconds(),
                   "must be non-negative and less than terminationGracePeriodSeconds (" +
                       std::to_string(grace) + ")");
  }
  handler.finish();
}

}  // namespace

void check_probes(const core_v1::Container& container, const Path& path, ErrorList& errors) {
  if (container.has_livenessprobe()) {
    const Path at = path.child("livenessProbe");
    check_probe(container.livenessprobe(), at, errors);
    check_single_success(container.livenessprobe(), at, errors);
  }
  if (container.has_readinessprobe()) {
    const Path at = path.child("readinessProbe");
    check_probe(container.readinessprobe(), at, errors);
    if (container.readinessprobe().has_terminationgraceperiodseconds()) {
      errors.invalid(at.child("terminationGracePeriodSeconds"),
                     container.readinessprobe().terminationgraceperiodseconds(),
                     "must not be set for readinessProbes");
    }
  }
  if (container.has_startupprobe()) {
    const Path at = path.child("startupProbe");
    check_probe(container.startupprobe(), at, errors);
    check_single_success(container.startupprobe(), at, errors);
  }
}

void check_lifecycle(const core_v1::Lifecycle& lifecycle, std::int64_t grace, const Path& path,
                     ErrorList& errors) {
  if (lifecycle.has_poststart()) {
    check_hook(lifecycle.poststart(), grace, path.child("postStart"), errors);
  }
  if (lifecycle.has_prestop()) {
    check_hook(lifecycle.prestop(), grace, path.child("preStop"), errors);
  }
}

}  // namespace kubus::apiserver
