// The metrics of servers that do not answer, by the reference's names.
//
// Thread safety: all functions from any thread.
#pragma once

#include <string>

#include "aggregation/api_service.h"

namespace kubus::apiserver::aggregation {

// `before`: whether it was available until now.
void show_availability(const std::string& service, const Availability& finding, bool before);
// Of a service that is gone; its series stay, as all do, at what says nothing is wrong.
void forget_availability(const std::string& service);

}  // namespace kubus::apiserver::aggregation
