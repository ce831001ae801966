#include "pod_path.h"

namespace kubus::kubelet {

std::optional<PodPath> parse_pod_path(const std::vector<std::string>& path, bool with_container) {
  const std::size_t shortest = with_container ? 3 : 2;
  if (path.size() != shortest && path.size() != shortest + 1) return std::nullopt;
  PodPath result{path[0], path[1], "", ""};
  if (path.size() > shortest) result.uid = path[2];
  if (with_container) result.container = path.back();
  return result;
}

PodPtr find_pod(const ServerParts& parts, const PodPath& path) {
  auto pod = parts.find_pod(path.ns, path.name);
  if (pod && !path.uid.empty() && pod->metadata().uid() != path.uid) return nullptr;
  return pod;
}

}  // namespace kubus::kubelet
