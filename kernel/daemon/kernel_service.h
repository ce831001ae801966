// The service kernel.v1: what the kubus command can ask of the kernel.
//
// Thread safety: called once, on the loop of the kernel's own instance.
#pragma once

#include <functional>

#include "kubus/host.h"
#include "supervisor/supervisor.h"

namespace kubus::kernel {

// `reload` reads the configuration again. Both outlive the bus.
Status serve_kernel(Host& host, Supervisor& supervisor, std::function<Status(ReloadReply&)> reload);

}  // namespace kubus::kernel
