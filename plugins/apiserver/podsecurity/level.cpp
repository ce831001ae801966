#include "podsecurity/level.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace kubus::apiserver::podsecurity {
namespace {

constexpr std::array<std::string_view, 3> kLevels = {"privileged", "baseline", "restricted"};
constexpr std::string_view kPrefix = "pod-security.kubernetes.io/";

// One of the three modes. A level that cannot be read is the strictest where it is enforced, and
// none where it is only told of.
struct Read {
  LevelVersion value;
  bool has_level = false;
  bool has_version = false;
};

Read read(LabelMap labels, const std::string& mode, const LevelVersion& otherwise,
          Level unreadable, ErrorList& errors) {
  Read out{otherwise};
  const Path path = Path("metadata").child("labels");
  const std::string key = std::string(kPrefix) + mode;
  if (const auto* text = find_label(labels, key)) {
    const auto level = parse_level(*text);
    out.has_level = level.has_value();
    out.value.level = level.value_or(unreadable);
    if (!level) errors.invalid(path.key(key), *text, kLevelsThereAre);
  }
  if (const auto* text = find_label(labels, key + "-version")) {
    const auto minor = parse_version(*text);
    out.has_version = minor.has_value();
    out.value.minor = minor.value_or(LevelVersion::kLatest);
    if (!minor) errors.invalid(path.key(key + "-version"), *text, kVersionsThereAre);
  }
  return out;
}

// Who enforces a level and says nothing of warnings is warned of what will be refused.
void follow(Read& warn, const Read& enforce) {
  if (warn.has_level || enforce.value.level <= warn.value.level) return;
  warn.value.level = enforce.value.level;
  if (!warn.has_version) warn.value.minor = enforce.value.minor;
}

}  // namespace

std::optional<Level> parse_level(std::string_view text) {
  const auto* const at = std::find(kLevels.begin(), kLevels.end(), text);
  if (at == kLevels.end()) return std::nullopt;
  return static_cast<Level>(at - kLevels.begin());
}

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

std::string LevelVersion::level_text() const {
  return std::string(kLevels[static_cast<std::size_t>(level)]);
}

std::string LevelVersion::version_text() const {
  return minor == kLatest ? "latest" : "v1." + std::to_string(minor);
}

std::string LevelVersion::to_string() const { return level_text() + ":" + version_text(); }

bool Policy::fully_privileged() const {
  return enforce.level == Level::kPrivileged && audit.level == Level::kPrivileged &&
         warn.level == Level::kPrivileged;
}

std::string Policy::to_string() const {
  std::string text;
  const auto add = [&](const char* mode, const LevelVersion& value) {
    if (value.level == Level::kPrivileged) return;
    text += (text.empty() ? "" : ", ") + std::string(mode) + "=" + value.to_string();
  };
  add("enforce", enforce);
  add("audit", audit);
  add("warn", warn);
  return text;
}

Policy policy_of(LabelMap labels, ErrorList& errors, const Policy& defaults) {
  const Read enforce = read(labels, "enforce", defaults.enforce, Level::kRestricted, errors);
  const Read audit = read(labels, "audit", defaults.audit, Level::kPrivileged, errors);
  Read warn = read(labels, "warn", defaults.warn, Level::kPrivileged, errors);
  if (enforce.has_level) follow(warn, enforce);
  return {enforce.value, audit.value, warn.value};
}

}  // namespace kubus::apiserver::podsecurity
