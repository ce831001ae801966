#include "aggregation/api_service.h"

#include <algorithm>

#include "kubus/api/time.h"

namespace kubus::apiserver::aggregation {
namespace {

constexpr const char* kAvailable = "Available";

template <class Conditions>
auto find_available(Conditions& conditions) {
  return std::find_if(conditions.begin(), conditions.end(),
                      [](const auto& one) { return one.type() == kAvailable; });
}

}  // namespace

bool set_availability(APIService& service, const Availability& availability) {
  auto& conditions = *service.mutable_status()->mutable_conditions();
  const auto found = find_available(conditions);
  const bool fresh = found == conditions.end();
  auto& condition = fresh ? *conditions.Add() : *found;
  const char* status = availability.available ? "True" : "False";
  if (!fresh && condition.status() == status && condition.reason() == availability.reason &&
      condition.message() == availability.message)
    return false;
  if (condition.status() != status) set_now(*condition.mutable_lasttransitiontime());
  condition.set_type(kAvailable);
  condition.set_status(status);
  condition.set_reason(availability.reason);
  condition.set_message(availability.message);
  return true;
}

bool is_available(const APIService& service) {
  const auto& conditions = service.status().conditions();
  const auto found = find_available(conditions);
  return found != conditions.end() && found->status() == "True";
}

ServedVersions local_ranks(const ResourceCache& services) {
  ServedVersions out;
  services.for_each([&](const ObjectPtr& object) {
    const auto& service = static_cast<const APIService&>(*object->decoded());
    const auto& spec = service.spec();
    const ServiceRank rank{spec.grouppriorityminimum(), spec.versionpriority()};
    if (is_remote(service) || rank == default_rank(spec.group(), spec.version())) return;
    out.push_back({spec.group(), spec.version(), rank, false, true});
  });
  return out;
}

}  // namespace kubus::apiserver::aggregation
