// Tells the service manager (systemd, Type=notify) how this process is doing.
//
// Thread safety: a function without state.
#pragma once

#include <string_view>

namespace kubus::kernel {

// Does nothing without NOTIFY_SOCKET in the environment.
void notify_manager(std::string_view state);

}  // namespace kubus::kernel
