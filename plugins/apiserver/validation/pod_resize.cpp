// What a resize of a running pod may change: how much CPU and memory its containers get.
#include <k8s/core/v1/pod.pb.h>

#include <array>

#include "validation/checks.h"
#include "validation/object_diff.h"
#include "validation/pod_quality.h"
#include "validation/pod_spec.h"

namespace kubus::apiserver {
namespace {

constexpr std::string_view kMirror = "kubernetes.io/config.mirror";
constexpr std::array<std::string_view, 2> kMutable = {"cpu", "memory"};

using Resources = google::protobuf::Map<std::string, Quantity>;

bool is_removed(const Resources& now, const Resources& before) {
  for (const auto name : kMutable) {
    const std::string key(name);
    if (before.contains(key) && !now.contains(key)) return true;
  }
  return false;
}

void take_over(Resources& now, const Resources& before) {
  for (const auto name : kMutable) {
    const std::string key(name);
    now.erase(key);
    if (const auto found = before.find(key); found != before.end()) now[key] = found->second;
  }
}

template <class Containers>
bool check_order(const Containers& now, const Containers& before, const std::string& list,
                 ErrorList& errors) {
  const Path path = Path("spec").child(list);
  if (now.size() != before.size()) {
    errors.forbidden(path, list + " may not be added or removed on resize");
    return false;
  }
  bool same = true;
  for (int i = 0; i < now.size(); ++i) {
    if (now[i].name() == before[i].name()) continue;
    errors.forbidden(path.index(static_cast<std::size_t>(i)).child("name"),
                     list + " may not be renamed or reordered on resize");
    same = false;
  }
  return same;
}

void check_container_resize(const core_v1::Container& now, const core_v1::Container& before,
                            const Path& path, ErrorList& errors) {
  const auto& wanted = now.resources();
  const auto& had = before.resources();
  if (is_removed(wanted.requests(), had.requests()))
    errors.forbidden(path.child("requests"), "resource requests cannot be removed");
  if (is_removed(wanted.limits(), had.limits()))
    errors.forbidden(path.child("limits"), "resource limits cannot be removed");
}

// The container with what a resize may change as it was.
void undo_resize(core_v1::Container& now, const core_v1::Container& before) {
  const auto& had = before.resources();
  take_over(*now.mutable_resources()->mutable_requests(), had.requests());
  take_over(*now.mutable_resources()->mutable_limits(), had.limits());
  if (!before.has_resources() && now.resources().ByteSizeLong() == 0) now.clear_resources();
  *now.mutable_resizepolicy() = before.resizepolicy();
}

void check_sizes(const core_v1::PodSpec& now, const core_v1::PodSpec& before, ErrorList& errors) {
  const Path spec("spec");
  core_v1::PodSpec rest = now;
  for (int i = 0; i < now.initcontainers_size(); ++i) {
    const auto& container = now.initcontainers(i);
    const Path at =
        spec.child("initContainers").index(static_cast<std::size_t>(i)).child("resources");
    if (container.restartpolicy() == "Always") {
      check_container_resize(container, before.initcontainers(i), at, errors);
      undo_resize(*rest.mutable_initcontainers(i), before.initcontainers(i));
    } else if (!equal(container.resources(), before.initcontainers(i).resources())) {
      errors.invalid_json(at, internal_json(container.resources()),
                          "resources for non-sidecar init containers are immutable");
    }
  }
  for (int i = 0; i < now.containers_size(); ++i) {
    check_container_resize(
        now.containers(i), before.containers(i),
        spec.child("containers").index(static_cast<std::size_t>(i)).child("resources"), errors);
    undo_resize(*rest.mutable_containers(i), before.containers(i));
  }
  if (!equal(rest, before))
    errors.forbidden(spec, "only cpu and memory resources are mutable\n" +
                               object_diff(internal_json(before), internal_json(rest)));
}

// A node that can resize reports what its running containers have.
bool node_can_resize(const core_v1::Pod& pod) {
  for (const auto& status : pod.status().containerstatuses())
    if (status.state().has_running()) return status.has_resources();
  return true;
}

}  // namespace

void check_resize(const core_v1::Pod& pod, const core_v1::Pod& old, ErrorList& errors) {
  check_pod_spec(pod.spec(), &pod.metadata(), Path("spec"), errors);
  if (old.metadata().annotations().contains(std::string(kMirror)))
    return errors.forbidden(Path(""), "static pods cannot be resized");
  if (old.spec().os().name() == "windows")
    return errors.forbidden(Path(""), "windows pods cannot be resized");
  if (old.spec().has_resources())
    return errors.forbidden(Path(""), "pods with pod-level resources cannot be resized");
  const Path spec("spec");
  if (quality_of(pod.spec()) != quality_of(old.spec()))
    errors.invalid(spec, pod.status().qosclass(),
                   "Pod QOS Class may not change as a result of resizing");
  if (!node_can_resize(old))
    errors.forbidden(spec, "Pod running on node without support for resize");
  const bool same =
      check_order(pod.spec().containers(), old.spec().containers(), "containers", errors);
  if (check_order(pod.spec().initcontainers(), old.spec().initcontainers(), "initContainers",
                  errors) &&
      same)
    check_sizes(pod.spec(), old.spec(), errors);
}

}  // namespace kubus::apiserver
