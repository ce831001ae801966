#include "allocation.h"

#include <algorithm>
#include <optional>

#include "kubus/api/json.h"
#include "kubus/quota.h"
#include "labels.h"

namespace kubus::kubelet {
namespace {

using Resources = core_v1::ResourceRequirements;
using History = std::map<std::string, ContainerHistory>;

std::optional<Resources> resources_of(const runtime::Container& container) {
  const auto& annotations = container.config().annotations();
  const auto text = annotations.find(kContainerResources);
  // Made before this was kept.
  if (text == annotations.end()) return std::nullopt;
  Resources resources;
  if (!from_json(text->second, resources).ok()) return std::nullopt;
  return resources;
}

bool same_amounts(const Resources& a, const Resources& b) {
  return amounts_of(a.requests()) == amounts_of(b.requests()) &&
         amounts_of(a.limits()) == amounts_of(b.limits());
}

// What the container has, when that is not what its spec asks for.
std::optional<Resources> other_resources(const core_v1::Container& spec, const History& history) {
  const auto own = history.find(spec.name());
  if (own == history.end() || !own->second.current) return std::nullopt;
  auto has = resources_of(*own->second.current);
  if (has && same_amounts(*has, spec.resources())) has.reset();
  return has;
}

}  // namespace

std::string resources_text(const core_v1::Container& container) {
  return to_json(container.resources());
}

PodPtr as_allocated(const PodPtr& pod, const NodeRuntime::PodState& state) {
  const History history = history_of(state);
  const auto all = containers_of(*pod);
  if (std::none_of(all.begin(), all.end(), [&](const ContainerRef& ref) {
        return other_resources(*ref.spec, history).has_value();
      }))
    return pod;
  auto allocated = std::make_shared<core_v1::Pod>(*pod);
  auto& spec = *allocated->mutable_spec();
  for (auto* list : {spec.mutable_initcontainers(), spec.mutable_containers()})
    for (core_v1::Container& container : *list)
      if (auto has = other_resources(container, history))
        *container.mutable_resources() = std::move(*has);
  return allocated;
}

}  // namespace kubus::kubelet
