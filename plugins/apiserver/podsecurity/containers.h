// The containers of a pod as the checks of pod security see them: all alike.
//
// Thread safety: views into a pod, which outlives them.
#pragma once

#include <k8s/core/v1/pod_spec.pb.h>

#include <set>
#include <string>
#include <vector>

#include "kubus/api/types.h"
#include "validation/field_error.h"

namespace kubus::apiserver::podsecurity {

struct ContainerView {
  const std::string& name;
  const std::string& image;
  const core_v1::SecurityContext& security;
  const google::protobuf::RepeatedPtrField<core_v1::ContainerPort>& ports;
  std::vector<const core_v1::ProbeHandler*> probes;
  const core_v1::Lifecycle& lifecycle;
};

template <class Container>
ContainerView view_of(const Container& container) {
  return {container.name(),
          container.image(),
          container.securitycontext(),
          container.ports(),
          {&container.livenessprobe().handler(), &container.readinessprobe().handler(),
           &container.startupprobe().handler()},
          container.lifecycle()};
}

// Init containers, containers, ephemeral containers.
template <class Visit>
void for_each_container(const core_v1::PodSpec& spec, const Visit& visit) {
  for (const auto& container : spec.initcontainers()) visit(view_of(container));
  for (const auto& container : spec.containers()) visit(view_of(container));
  for (const auto& container : spec.ephemeralcontainers())
    visit(view_of(container.ephemeralcontainercommon()));
}

using Names = std::vector<std::string>;
using Sorted = std::set<std::string>;

template <class Strings>
std::string join(const Strings& parts, std::string_view between) {
  std::string text;
  for (const auto& part : parts) text.append(text.empty() ? "" : between).append(part);
  return text;
}

// "a", "b": quotes within are left alone, as in the reference.
template <class Strings>
std::string quoted_list(const Strings& parts) {
  return '"' + join(parts, "\", \"") + '"';
}

// container "a"; containers "a", "b"
inline std::string containers_text(const Names& names) {
  return (names.size() == 1 ? "container " : "containers ") + quoted_list(names);
}

}  // namespace kubus::apiserver::podsecurity
