#include "validation/pod_states.h"

#include <k8s/core/v1/container.pb.h>
#include <k8s/core/v1/container_status.pb.h>

#include <algorithm>

namespace kubus::apiserver {
namespace {

using google::protobuf::RepeatedPtrField;
using Containers = RepeatedPtrField<core_v1::Container>;
using Statuses = RepeatedPtrField<core_v1::ContainerStatus>;

bool restarts_by_rule(const core_v1::Container& container, std::int32_t exit_code) {
  for (const auto& rule : container.restartpolicyrules()) {
    const auto& codes = rule.exitcodes();
    const bool listed =
        std::find(codes.values().begin(), codes.values().end(), exit_code) != codes.values().end();
    if (codes.operator_() == "In" ? listed : codes.operator_() == "NotIn" && !listed) return true;
  }
  return false;
}

// Whether it is started again after it has ended like that.
bool restarts(const core_v1::Container* container, const std::string& pod_policy,
              std::int32_t exit_code) {
  if (container && restarts_by_rule(*container, exit_code)) return true;
  const bool own = container && container->has_restartpolicy();
  const auto& policy = own ? container->restartpolicy() : pod_policy;
  return policy == "Always" || (policy == "OnFailure" && exit_code != 0);
}

// `containers`: null for those that are never started again.
void check_states(const Statuses& now, const Statuses& before, const Containers* containers,
                  const std::string& policy, const Path& path, ErrorList& errors) {
  for (int i = 0; i < before.size(); ++i) {
    const auto& old = before[i];
    if (!old.state().has_terminated()) continue;
    const auto named = [&](const auto& one) { return one.name() == old.name(); };
    if (containers) {
      const auto found = std::find_if(containers->begin(), containers->end(), named);
      const auto* container = found == containers->end() ? nullptr : &*found;
      if (restarts(container, policy, old.state().terminated().exitcode())) continue;
    }
    const auto next = std::find_if(now.begin(), now.end(), named);
    if (next != now.end() && !next->state().has_terminated())
      errors.forbidden(path.index(i).child("state"),
                       "may not be transitioned to non-terminated state");
  }
}

}  // namespace

void check_container_states(const core_v1::Pod& pod, const core_v1::Pod& old, ErrorList& errors) {
  const Path path("status");
  const auto& now = pod.status();
  const auto& before = old.status();
  const auto& spec = old.spec();
  if (spec.restartpolicy() != "Always") {
    check_states(now.containerstatuses(), before.containerstatuses(), &spec.containers(),
                 spec.restartpolicy(), path.child("containerStatuses"), errors);
    check_states(now.initcontainerstatuses(), before.initcontainerstatuses(),
                 &spec.initcontainers(), spec.restartpolicy(),
                 path.child("initContainerStatuses"), errors);
  }
  check_states(now.ephemeralcontainerstatuses(), before.ephemeralcontainerstatuses(), nullptr, {},
               path.child("ephemeralContainerStatuses"), errors);
}

}  // namespace kubus::apiserver
