// The answer of /version.
//
// Thread safety: free functions.
#pragma once

#include <string>
#include <string_view>

namespace kubus::apiserver {

inline constexpr std::string_view kGitVersion = "v1.35.0+kubus";
std::string version_json();
// Of the machine: "linux/amd64".
std::string platform();

}  // namespace kubus::apiserver
