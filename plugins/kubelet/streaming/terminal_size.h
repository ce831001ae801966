// The size of a client's terminal: {"Width":80,"Height":24}.
//
// Thread safety: pure function.
#pragma once

#include <optional>
#include <string_view>

#include "remote_channels.h"

namespace kubus::kubelet {

// Nothing when it is none.
std::optional<Input> parse_terminal_size(std::string_view json);

}  // namespace kubus::kubelet
