// Levels of pod security and what the labels of a namespace make of them.
//
// Thread safety: values and pure functions.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "selector/label_selector.h"
#include "validation/field_error.h"

namespace kubus::apiserver::podsecurity {

// From the one that allows most to the one that allows least.
enum class Level : std::uint8_t { kPrivileged, kBaseline, kRestricted };

struct LevelVersion {
  static constexpr int kLatest = 1 << 16;
  Level level = Level::kPrivileged;
  int minor = kLatest;  // of version 1

  // "restricted:latest", "baseline:v1.25".
  std::string to_string() const;
  auto operator<=>(const LevelVersion&) const = default;
};

// What is refused, noted and warned about.
struct Policy {
  LevelVersion enforce, audit, warn;
};

// What labels cannot be read count as the strictest, and are added to `errors`.
Policy policy_of(LabelMap labels, ErrorList& errors);

}  // namespace kubus::apiserver::podsecurity
