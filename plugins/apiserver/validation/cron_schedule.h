// Schedules as cron writes them: five fields, "@daily" and its like, or "@every 1h30m".
//
// Thread safety: pure functions.
#pragma once

#include <string>
#include <string_view>

namespace kubus::apiserver {

// What is wrong with the schedule; empty for a good one.
std::string check_schedule(std::string_view schedule);

}  // namespace kubus::apiserver
