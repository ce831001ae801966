// The answer of /version.
#pragma once

#include <string>
#include <string_view>

namespace kubus::apiserver {

inline constexpr std::string_view kGitVersion = "v1.35.0+kubus";
std::string version_json();

}  // namespace kubus::apiserver
