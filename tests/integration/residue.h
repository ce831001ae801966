// What a cluster leaves on the machine, found without any code of the cluster's own.
//
// Thread safety: pure function.
#pragma once

#include <string>
#include <vector>

namespace kubus::integration {

// One line for each process, mount, control group, network namespace and directory of the cluster
// `name` that is still there.
std::vector<std::string> residue(const std::string& name);

// Just the processes in the cluster's control groups: two for each container, one for each pod.
std::vector<std::string> contained_processes(const std::string& name);

}  // namespace kubus::integration
