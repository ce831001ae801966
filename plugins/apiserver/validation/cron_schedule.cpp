#include "validation/cron_schedule.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <vector>

#include "kubus/api/time.h"

namespace kubus::apiserver {
namespace {

struct Bounds {
  int low;
  int high;
  // Names of the values from `low` on.
  std::vector<std::string_view> names;
};

const std::array<Bounds, 5>& bounds() {
  static const std::array<Bounds, 5> all = {{
      {0, 59, {}},
      {0, 23, {}},
      {1, 31, {}},
      {1, 12, {"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}},
      {0, 6, {"sun", "mon", "tue", "wed", "thu", "fri", "sat"}},
  }};
  return all;
}

std::vector<std::string_view> split(std::string_view text, char separator, bool keep_empty) {
  std::vector<std::string_view> out;
  for (;;) {
    const std::size_t end = text.find(separator);
    const std::string_view part = text.substr(0, end);
    if (keep_empty || !part.empty()) out.push_back(part);
    if (end == std::string_view::npos) return out;
    text.remove_prefix(end + 1);
  }
}

std::optional<int> to_value(std::string_view text, const Bounds& range) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  const auto name = std::find(range.names.begin(), range.names.end(), lower);
  if (name != range.names.end()) return range.low + static_cast<int>(name - range.names.begin());
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string quote(std::string_view text) { return "'" + std::string(text) + "'"; }

// "*", "5", "1-5", each with "/2" behind it.
std::string check_part(std::string_view part, const Bounds& range) {
  const std::vector<std::string_view> steps = split(part, '/', true);
  if (steps.size() > 2) return "too many slashes: " + std::string(part);
  const std::vector<std::string_view> ends = split(steps[0], '-', true);
  if (ends.size() > 2) return "too many hyphens: " + std::string(part);
  if (steps.size() == 2) {
    const std::optional<int> step = to_value(steps[1], Bounds{0, 0, {}});
    if (!step) return "failed to parse int from " + std::string(steps[1]);
    if (*step <= 0) return "step of range should be a positive number: " + std::string(part);
  }
  if (ends[0] == "*" || ends[0] == "?") return ends.size() == 1 ? "" : "bad range " + quote(part);
  int previous = range.low;
  for (std::string_view end : ends) {
    const std::optional<int> value = to_value(end, range);
    if (!value) return "failed to parse int from " + std::string(end);
    if (*value < range.low) {
      return "beginning of range (" + std::to_string(*value) + ") below minimum (" +
             std::to_string(range.low) + "): " + std::string(part);
    }
    if (*value > range.high) {
      return "end of range (" + std::to_string(*value) + ") above maximum (" +
             std::to_string(range.high) + "): " + std::string(part);
    }
    if (*value < previous) {
      return "beginning of range (" + std::to_string(previous) + ") beyond end of range (" +
             std::to_string(*value) + "): " + std::string(part);
    }
    previous = *value;
  }
  return {};
}

}  // namespace

std::string check_schedule(std::string_view schedule) {
  // The zone is refused elsewhere, with the reason for it.
  if (schedule.starts_with("TZ=") || schedule.starts_with("CRON_TZ=")) {
    schedule.remove_prefix(std::min(schedule.find(' '), schedule.size()));
    schedule.remove_prefix(std::min(schedule.find_first_not_of(' '), schedule.size()));
  }
  if (schedule.starts_with("@every ")) {
    const auto every = parse_duration(schedule.substr(7));
    return every.ok() ? "" : "failed to parse duration " + std::string(schedule);
  }
  if (schedule.starts_with('@')) {
    for (std::string_view known :
         {"@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"}) {
      if (schedule == known) return {};
    }
    return "unrecognized descriptor: " + std::string(schedule);
  }
  const std::vector<std::string_view> fields = split(schedule, ' ', false);
  if (fields.size() != 5) {
    std::string list;
    for (std::string_view field : fields) list.append(list.empty() ? "" : " ").append(field);
    return "expected exactly 5 fields, found " + std::to_string(fields.size()) + ": [" + list + "]";
  }
  for (std::size_t i = 0; i < fields.size(); ++i) {
    for (std::string_view part : split(fields[i], ',', false)) {
      std::string wrong = check_part(part, bounds()[i]);
      if (!wrong.empty()) return wrong;
    }
  }
  return {};
}

}  // namespace kubus::apiserver
