#include <k8s/core/v1/container.pb.h>
#include <k8s/core/v1/pod_spec.pb.h>

#include "validation/checks.h"
#include "validation/pod_spec.h"

namespace kubus::apiserver {
namespace {

constexpr std::size_t kMostRestartRules = 20;
constexpr std::size_t kMostExitCodes = 255;

void check_ports(const core_v1::Container& container, const Path& path, ErrorList& errors) {
  std::set<std::string> names;
  for (int i = 0; i < container.ports_size(); ++i) {
    const auto& port = container.ports(i);
    const Path at = path.index(i);
    if (!port.name().empty()) {
      const Messages messages = check_port_name(port.name());
      errors.invalid_each(at.child("name"), port.name(), messages);
      if (messages.empty() && !names.insert(port.name()).second) {
        errors.duplicate(at.child("name"), port.name());
      }
    }
    if (port.containerport() == 0) {
      errors.required(at.child("containerPort"));
    } else {
      errors.invalid_each(at.child("containerPort"), port.containerport(),
                          check_port_number(port.containerport()));
    }
    if (port.hostport() != 0) {
      errors.invalid_each(at.child("hostPort"), port.hostport(),
                          check_port_number(port.hostport()));
    }
    check_one_of(port.protocol(), {"SCTP", "TCP", "UDP"}, at.child("protocol"), errors);
  }
}

void check_exit_codes(const core_v1::ContainerRestartRuleOnExitCodes& codes, const Path& path,
                      ErrorList& errors) {
  check_one_of(codes.operator_(), {"In", "NotIn"}, path.child("operator"), errors);
  const Path values = path.child("values");
  if (codes.values().empty()) {
    errors.invalid_json(values, "null", "at least one value is required");
  } else if (static_cast<std::size_t>(codes.values_size()) > kMostExitCodes) {
    errors.too_many(values, static_cast<std::size_t>(codes.values_size()), kMostExitCodes);
  }
  std::set<std::int32_t> seen;
  for (int i = 0; i < codes.values_size(); ++i) {
    if (!seen.insert(codes.values(i)).second) {
      errors.duplicate_json(values.index(i), std::to_string(codes.values(i)));
    }
  }
}

}  // namespace

void check_restart_rules(const core_v1::Container& container, const Path& path, ErrorList& errors) {
  const auto& rules = container.restartpolicyrules();
  if (!container.has_restartpolicy()) {
    if (!rules.empty()) {
      errors.required(path.child("restartPolicy"),
                      "must specify restartPolicy when restart rules are used");
    }
    return;
  }
  const std::string& policy = container.restartpolicy();
  if (policy != "Always" && policy != "Never" && policy != "OnFailure") {
    errors.not_supported(path.child("restartPolicy"), policy, {"Always", "Never", "OnFailure"});
  }
  const Path list = path.child("restartPolicyRules");
  if (static_cast<std::size_t>(rules.size()) > kMostRestartRules) {
    errors.too_many(list, static_cast<std::size_t>(rules.size()), kMostRestartRules);
  }
  for (int i = 0; i < rules.size(); ++i) {
    if (rules[i].action() != "Restart" && rules[i].action() != "RestartAllContainers") {
      errors.not_supported(list.index(i).child("action"), rules[i].action(), {"Restart"});
    }
    if (rules[i].has_exitcodes()) {
      check_exit_codes(rules[i].exitcodes(), list.index(i).child("exitCodes"), errors);
    } else {
      errors.required(list.index(i).child("exitCodes"), "must be specified");
    }
  }
}

void check_container(const core_v1::Container& container, const PodContext& pod, const Path& path,
                     ErrorList& errors) {
  if (container.name().empty()) {
    errors.required(path.child("name"));
  } else {
    errors.invalid_each(path.child("name"), container.name(),
                        check_dns1123_label(container.name()));
  }
  if (container.image().empty()) errors.required(path.child("image"));
  check_one_of(container.terminationmessagepolicy(), {"File", "FallbackToLogsOnError"},
               path.child("terminationMessagePolicy"), errors);
  check_ports(container, path.child("ports"), errors);
  check_environment(container, path, errors);
  check_mounts(container, pod.volumes, path, errors);
  check_one_of(container.imagepullpolicy(), {"Always", "IfNotPresent", "Never"},
               path.child("imagePullPolicy"), errors);
  check_resources(container.resources(), check_resource_name, pod.claims, path.child("resources"),
                  errors);
  check_resize_policy(container, pod.spec.restartpolicy(), path.child("resizePolicy"), errors);
  if (container.has_securitycontext()) {
    check_security_context(container.securitycontext(), pod.spec, path.child("securityContext"),
                           errors);
  }
}

void check_image_text(const std::string& image, const Path& path, ErrorList& errors) {
  constexpr std::string_view kSpace = " \t\r\n\v\f";
  if (image.empty()) return;
  if (kSpace.find(image.front()) != std::string_view::npos ||
      kSpace.find(image.back()) != std::string_view::npos) {
    errors.invalid(path.child("image"), image, "must not have leading or trailing whitespace");
  }
}

}  // namespace kubus::apiserver
