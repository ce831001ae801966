// Levels of pod security and what the labels of a namespace make of them.
//
// Thread safety: values and pure functions.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
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

  // "restricted", "v1.25" or "latest", and both: "restricted:latest".
  std::string level_text() const;
  std::string version_text() const;
  std::string to_string() const;
  auto operator<=>(const LevelVersion&) const = default;
};

// What is refused, noted and warned about.
struct Policy {
  LevelVersion enforce, audit, warn;

  // Nothing is looked at, whatever the versions.
  bool fully_privileged() const;
  // Without what allows everything: "enforce=baseline:latest, warn=restricted:v1.30".
  std::string to_string() const;
  bool operator==(const Policy&) const = default;
};

// What is said of texts that are none of these.
constexpr std::string_view kLevelsThereAre = "must be one of privileged, baseline, restricted";
constexpr std::string_view kVersionsThereAre = "must be \"latest\" or \"v1.x\"";
std::optional<Level> parse_level(std::string_view text);
std::optional<int> parse_version(std::string_view text);

// Labels that cannot be read are added to `errors`, and an unreadable level to enforce is the
// strictest; what labels do not say is as in `defaults`.
Policy policy_of(LabelMap labels, ErrorList& errors, const Policy& defaults = {});

}  // namespace kubus::apiserver::podsecurity
