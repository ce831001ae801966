// Ephemeral containers: added to a running pod to look into it, and never changed or removed.
#include <k8s/core/v1/container.pb.h>
#include <k8s/core/v1/pod.pb.h>

#include <map>
#include <set>

#include "validation/checks.h"
#include "validation/pod_spec.h"

namespace kubus::apiserver {
namespace {

constexpr std::string_view kNotHere = "cannot be set for an Ephemeral Container";
constexpr std::string_view kMirror = "kubernetes.io/config.mirror";

using Common = core_v1::EphemeralContainerCommon;

// The two messages are the same on the wire.
core_v1::Container as_container(const Common& common) {
  core_v1::Container container;
  container.ParseFromString(common.SerializeAsString());
  return container;
}

void check_unwanted_fields(const Common& common, const Path& path, ErrorList& errors) {
  const std::pair<std::string_view, bool> unwanted[] = {
      {"ports", !common.ports().empty()},
      {"resources", !common.resources().limits().empty() ||
                        !common.resources().requests().empty() ||
                        !common.resources().claims().empty()},
      {"resizePolicy", !common.resizepolicy().empty()},
      {"restartPolicy", common.has_restartpolicy()},
      {"restartPolicyRules", !common.restartpolicyrules().empty()},
      {"livenessProbe", common.has_livenessprobe()},
      {"readinessProbe", common.has_readinessprobe()},
      {"startupProbe", common.has_startupprobe()},
      {"lifecycle", common.has_lifecycle()}};
  for (const auto& [field, set] : unwanted)
    if (set) errors.forbidden(path.child(field), kNotHere);
  for (int i = 0; i < common.volumemounts_size(); ++i) {
    const Path at = path.child("volumeMounts").index(static_cast<std::size_t>(i));
    if (!common.volumemounts(i).subpath().empty()) errors.forbidden(at.child("subPath"), kNotHere);
    if (!common.volumemounts(i).subpathexpr().empty())
      errors.forbidden(at.child("subPathExpr"), kNotHere);
  }
}

}  // namespace

void check_ephemeral_containers(const PodContext& pod, const Path& path, ErrorList& errors) {
  const core_v1::PodSpec& spec = pod.spec;
  if (spec.ephemeralcontainers().empty()) return;
  std::set<std::string> others;
  for (const auto& container : spec.containers()) others.insert(container.name());
  for (const auto& container : spec.initcontainers()) others.insert(container.name());
  std::set<std::string> names = others;
  for (int i = 0; i < spec.ephemeralcontainers_size(); ++i) {
    const auto& ephemeral = spec.ephemeralcontainers(i);
    const auto& common = ephemeral.ephemeralcontainercommon();
    const Path at = path.index(i);
    check_container(as_container(common), pod, at, errors);
    check_image_text(common.image(), at, errors);
    if (!names.insert(common.name()).second) errors.duplicate(at.child("name"), common.name());
    const auto& target = ephemeral.targetcontainername();
    if (!target.empty() && !others.contains(target))
      errors.not_found(at.child("targetContainerName"), target);
    check_unwanted_fields(common, at, errors);
  }
}

void check_ephemeral_update(const core_v1::Pod& pod, const core_v1::Pod& old, ErrorList& errors) {
  check_pod_spec(pod.spec(), &pod.metadata(), Path("spec"), errors);
  if (old.metadata().annotations().contains(std::string(kMirror)))
    errors.forbidden(Path(""), "static pods do not support ephemeral containers");
  std::map<std::string, const core_v1::EphemeralContainer*> now;
  for (const auto& container : pod.spec().ephemeralcontainers())
    now[container.ephemeralcontainercommon().name()] = &container;
  const Path path = Path("spec").child("ephemeralContainers");
  for (const auto& before : old.spec().ephemeralcontainers()) {
    const auto& name = before.ephemeralcontainercommon().name();
    const auto found = now.find(name);
    const std::string existing = "existing ephemeral containers " + quoted(name);
    if (found == now.end())
      errors.forbidden(path, existing + " may not be removed\n");
    else if (!equal(*found->second, before))
      errors.forbidden(path, existing + " may not be changed\n");
  }
}

}  // namespace kubus::apiserver
