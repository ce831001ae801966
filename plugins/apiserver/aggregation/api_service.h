// What APIService objects say: which group and version they are of, and who serves it.
//
// Thread safety: pure functions.
#pragma once

#include <k8s/apiregistration/v1/api_service.pb.h>

#include <string>

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

}  // namespace kubus::apiserver::aggregation
