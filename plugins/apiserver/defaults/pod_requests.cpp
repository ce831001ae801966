#include "defaults/pod_requests.h"

#include <k8s/core/v1/container.pb.h>
#include <k8s/core/v1/pod_spec.pb.h>

#include "kubus/api/quantity.h"

namespace kubus::apiserver {
namespace {

void add(Amounts& sum, const Amounts& more) {
  for (const auto& [name, amount] : more) {
    QuantityValue value = QuantityValue::of(amount);
    if (const auto found = sum.find(name); found != sum.end())
      value += QuantityValue::of(found->second);
    value.store(sum[name]);
  }
}

void raise(Amounts& most, const Amounts& other) {
  for (const auto& [name, amount] : other) {
    const auto found = most.find(name);
    if (found == most.end() || QuantityValue::of(found->second) < QuantityValue::of(amount))
      most[name] = amount;
  }
}

}  // namespace

bool is_pod_resource(const std::string& name) {
  return name == "cpu" || name == "memory" || name.starts_with("hugepages-");
}

Amounts requests_of_containers(const core_v1::PodSpec& spec) {
  Amounts running, most;
  for (const auto& container : spec.initcontainers()) {
    Amounts now = running;
    add(now, container.resources().requests());
    raise(most, now);
    if (container.restartpolicy() == "Always") running = now;
  }
  for (const auto& container : spec.containers()) add(running, container.resources().requests());
  raise(most, running);
  return most;
}

}  // namespace kubus::apiserver
