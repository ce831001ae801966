#include "podsecurity/level.h"

#include <array>
#include <charconv>
#include <optional>

namespace kubus::apiserver::podsecurity {
namespace {

constexpr std::array<std::string_view, 3> kLevels = {"privileged", "baseline", "restricted"};
constexpr std::string_view kPrefix = "pod-security.kubernetes.io/";

std::optional<int> parse_version(std::string_view text) {
  if (text == "latest") return LevelVersion::kLatest;
  if (!text.starts_with("v1.")) return std::nullopt;
  text.remove_prefix(3);
  int minor = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), minor);
  const bool plain = text.size() == 1 || (!text.empty() && text[0] != '0');
  if (error != std::errc() || end != text.data() + text.size() || minor < 0 || !plain)
    return std::nullopt;
  return minor;
}

// One of the three modes.
struct Read {
  LevelVersion value;
  bool has_level = false;
  bool has_version = false;
};

Read read(LabelMap labels, const std::string& mode, ErrorList& errors) {
  Read out;
  const Path path = Path("metadata").child("labels");
  const std::string key = std::string(kPrefix) + mode;
  if (const auto* text = find_label(labels, key)) {
    out.value.level = Level::kRestricted;
    for (std::size_t i = 0; i < kLevels.size(); ++i) {
      if (kLevels[i] != *text) continue;
      out.value.level = static_cast<Level>(i);
      out.has_level = true;
    }
    if (!out.has_level)
      errors.invalid(path.key(key), *text, "must be one of privileged, baseline, restricted");
  }
  if (const auto* text = find_label(labels, key + "-version")) {
    const auto minor = parse_version(*text);
    out.has_version = minor.has_value();
    out.value.minor = minor.value_or(LevelVersion::kLatest);
    if (!minor) errors.invalid(path.key(key + "-version"), *text, "must be \"latest\" or \"v1.x\"");
  }
  return out;
}

// Who enforces a level and says nothing of the others is told what will be refused.
void follow(Read& other, const Read& enforce) {
  if (other.has_level || enforce.value.level <= other.value.level) return;
  other.value.level = enforce.value.level;
  if (!other.has_version) other.value.minor = enforce.value.minor;
}

}  // namespace

std::string LevelVersion::to_string() const {
  return std::string(kLevels[static_cast<std::size_t>(level)]) + ":" +
         (minor == kLatest ? "latest" : "v1." + std::to_string(minor));
}

Policy policy_of(LabelMap labels, ErrorList& errors) {
  const Read enforce = read(labels, "enforce", errors);
  Read audit = read(labels, "audit", errors);
  Read warn = read(labels, "warn", errors);
  if (enforce.has_level) {
    follow(audit, enforce);
    follow(warn, enforce);
  }
  return {enforce.value, audit.value, warn.value};
}

}  // namespace kubus::apiserver::podsecurity
