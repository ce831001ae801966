// The running configuration as /configz shows it.
//
// Thread safety: pure function.
#pragma once

#include <string>

#include "kubus/config.h"

namespace kubus::kubelet {

// {"kubeletconfig": {...}} with the reference's names for what there is.
std::string kubelet_configuration(const Config& config, const std::string& log_dir);

}  // namespace kubus::kubelet
