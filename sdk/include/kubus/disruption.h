// Words of disruption budgets that whoever spends from one and whoever reckons it up share.
//
// Thread safety: a pure function.
#pragma once

#include <string_view>

#include "kubus/api/time.h"

namespace k8s::io::api::policy::v1 {
class PodDisruptionBudgetStatus;
}

namespace kubus {

inline constexpr std::string_view kDisruptionAllowed = "DisruptionAllowed";
// The condition's reason while the budget could not be reckoned up.
inline constexpr std::string_view kSyncFailed = "SyncFailed";

struct DisruptionFinding {
  bool allowed = false;
  std::string_view reason;
  std::string_view message;
};
// Sets the condition DisruptionAllowed; its time changes with its status alone.
void set_disruption_condition(k8s::io::api::policy::v1::PodDisruptionBudgetStatus& status,
                              const DisruptionFinding& finding, SystemTime now);
// The same from the number of disruptions that are allowed.
void note_disruptions_allowed(k8s::io::api::policy::v1::PodDisruptionBudgetStatus& status,
                              SystemTime now);

}  // namespace kubus
