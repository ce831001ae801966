// The part of a path that names a pod: NAMESPACE/POD, NAMESPACE/POD/CONTAINER, and both with the
// pod's uid behind its name.
//
// Thread safety: pure, but for the look-up.
#pragma once

#include <optional>

#include "route.h"

namespace kubus::kubelet {

struct PodPath {
  std::string ns;
  std::string name;
  std::string uid;        // empty: any
  std::string container;  // empty: the path names none
};
// Nothing when the path has another shape.
std::optional<PodPath> parse_pod_path(const std::vector<std::string>& path, bool with_container);
// Null when there is none.
PodPtr find_pod(const ServerParts& parts, const PodPath& path);

}  // namespace kubus::kubelet
