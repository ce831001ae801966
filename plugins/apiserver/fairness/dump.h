// What goes on in the priority levels, as tables for people.
//
// Thread safety: functions without state.
#pragma once

#include <string>

#include "fairness/fairness.h"

namespace kubus::apiserver::fairness {

std::string dump_levels(const Fairness& fairness);
std::string dump_queues(const Fairness& fairness);
// Those that wait. `details`: with what they ask for.
std::string dump_requests(const Fairness& fairness, bool details);

}  // namespace kubus::apiserver::fairness
