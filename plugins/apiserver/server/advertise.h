// By which address others reach this machine.
//
// Thread safety: free functions.
#pragma once

#include <string>

namespace kubus::apiserver {

// The source address of the default route; the loopback address when there is none. Nothing is
// sent to find out.
std::string default_address();
bool is_address(const std::string& text);

}  // namespace kubus::apiserver
