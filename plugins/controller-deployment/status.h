// The status of a Deployment: its counts and conditions, with the words that kubectl looks for.
//
// Thread safety: pure functions; the time is passed in.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "kubus/api/time.h"
#include "replica_sets.h"

namespace kubus::deployment {

using apps_v1::DeploymentCondition;
using apps_v1::DeploymentStatus;

inline constexpr char kProgressing[] = "Progressing";

bool has_deadline(const Deployment& deployment);
// Null when there is none of the type.
const DeploymentCondition* find_condition(const DeploymentStatus& status, std::string_view type);
DeploymentCondition make_condition(std::string_view type, std::string_view state,
                                   std::string_view reason, std::string_view message,
                                   SystemTime now);
// Replaces the one of its type, unless that says the same; the transition time stays while the
// state does.
void set_condition(DeploymentStatus& status, DeploymentCondition condition);
void remove_condition(DeploymentStatus& status, std::string_view type);

// Notes that the deployment was paused or resumed; false when nothing is to be noted.
bool note_pause(const Deployment& deployment, SystemTime now, DeploymentStatus& status);

// Counts and the Available condition; other conditions are kept.
DeploymentStatus count_status(const Deployment& deployment, const Sets& sets, SystemTime now);
// The same with the conditions that follow a rollout: Progressing and ReplicaFailure.
DeploymentStatus rollout_status(const Deployment& deployment, const Sets& sets, SystemTime now);

// Every pod is of the present template and available.
bool is_complete(const Deployment& deployment, const DeploymentStatus& status);
// How long until the progress deadline is worth a look; nothing when it cannot run out.
std::optional<std::chrono::nanoseconds> deadline_wait(const Deployment& deployment,
                                                      const DeploymentStatus& status,
                                                      SystemTime now);

}  // namespace kubus::deployment
