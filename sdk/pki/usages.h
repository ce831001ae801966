// Usages of keys as the API names them, and as X.509 does. Internal to this library.
#pragma once

#include <string>
#include <vector>

namespace kubus::pki {

// The values of the two extensions in the form of OpenSSL's configuration; empty: nothing to say.
struct UsageExtensions {
  std::string basic;
  std::string extended;
};
UsageExtensions usage_extensions(const std::vector<std::string>& usages);

}  // namespace kubus::pki
