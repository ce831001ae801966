// What APIService objects say: which group and version they are of, and who serves it.
//
// Thread safety: functions without state; the cache as it is.
#pragma once

#include <k8s/apiregistration/v1/api_service.pb.h>

#include <string>

#include "cache/resource_cache.h"
#include "discovery/rank.h"
#include "kubus/api/types.h"

namespace kubus::apiserver::aggregation {

using apiregistration_v1::APIService;

inline constexpr const char* kGroup = "apiregistration.k8s.io";
inline constexpr const char* kPlural = "apiservices";

// "v1.apps"; "v1." of the core group.
inline std::string service_name(const std::string& group, const std::string& version) {
  return version + "." + group;
}

// Whether another server answers for it.
inline bool is_remote(const APIService& service) { return service.spec().has_service(); }

struct Availability {
  bool available = false;
  std::string reason, message;
};
// False when the condition says so already.
bool set_availability(APIService& service, const Availability& availability);
bool is_available(const APIService& service);
// What those of this server say about groups and versions, where it is not what they say by
// default.
ServedVersions local_ranks(const ResourceCache& services);

}  // namespace kubus::apiserver::aggregation
