// Objects as the reference prints them: a decoder must take them and an encoder give them back
// byte for byte.
#pragma once

#include <span>
#include <string_view>

namespace kubus::test {

struct Golden {
  std::string_view name;
  std::string_view json;
};

std::span<const Golden> goldens();

}  // namespace kubus::test
