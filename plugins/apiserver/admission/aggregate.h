// Several errors as one text, in the way of the reference.
//
// Thread safety: a pure function.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

namespace kubus::apiserver {

// One stands alone, several are "[a, b]", and what is said twice is said once.
inline std::string aggregate(const std::vector<std::string>& errors) {
  std::vector<std::string> once;
  for (const auto& error : errors)
    if (std::find(once.begin(), once.end(), error) == once.end()) once.push_back(error);
  if (once.size() == 1) return once[0];
  std::string text = "[";
  for (const auto& error : once) text += (text.size() > 1 ? ", " : "") + error;
  return text + "]";
}

}  // namespace kubus::apiserver
