#include "validation/cron_schedule.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <vector>

#include "kubus/api/time.h"
#include "validation/field_error.h"
#include "validation/time_zone.h"

namespace kubus::apiserver {
namespace {

constexpr std::string_view kSpace = " \t\n\v\f\r";

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

std::vector<std::string_view> split(std::string_view text, std::string_view separators,
                                    bool keep_empty) {
  std::vector<std::string_view> out;
  for (;;) {
    const std::size_t end = text.find_first_of(separators);
    const std::string_view part = text.substr(0, end);
    if (keep_empty || !part.empty()) out.push_back(part);
    if (end == std::string_view::npos) return out;
    text.remove_prefix(end + 1);
  }
}

// A number, or what is wrong with it.
struct Number {
  std::int64_t value = 0;
  std::string wrong;
};

Number read_number(std::string_view text) {
  Number number;
  auto digits = text;
  // A sign may stand there, but not two.
  if (digits.starts_with('+')) digits.remove_prefix(1);
  const bool twice = digits.size() < text.size() && digits.starts_with('-');
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), number.value);
  const bool whole = end == digits.data() + digits.size() && !digits.empty() && !twice;
  if (error != std::errc() || !whole) {
    const bool large = error == std::errc::result_out_of_range && whole;
    number.wrong = "failed to parse int from " + std::string(text) + ": strconv.Atoi: parsing " +
                   quoted(text) + (large ? ": value out of range" : ": invalid syntax");
  } else if (number.value < 0) {
    number.wrong = "negative number (" + std::to_string(number.value) +
                   ") not allowed: " + std::string(text);
  }
  return number;
}

Number to_value(std::string_view text, const Bounds& range) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  const auto name = std::find(range.names.begin(), range.names.end(), lower);
  if (name == range.names.end()) return read_number(text);
  return {range.low + (name - range.names.begin()), {}};
}

// "*", "5", "1-5", each with "/2" behind it. What comes behind the "-" of a "*" is not looked at.
std::string check_part(std::string_view part, const Bounds& range) {
  const auto steps = split(part, "/", true);
  const auto ends = split(steps[0], "-", true);
  Number first{range.low, {}}, last{range.high, {}}, step{1, {}};
  if (ends[0] != "*" && ends[0] != "?") {
    first = to_value(ends[0], range);
    if (!first.wrong.empty()) return first.wrong;
    if (ends.size() > 2) return "too many hyphens: " + std::string(part);
    last = ends.size() == 2 ? to_value(ends[1], range) : first;
    if (!last.wrong.empty()) return last.wrong;
  }
  if (steps.size() > 2) return "too many slashes: " + std::string(part);
  if (steps.size() == 2) {
    step = read_number(steps[1]);
    if (!step.wrong.empty()) return step.wrong;
    if (ends.size() == 1) last.value = range.high;
  }
  const auto number = [](std::int64_t value) { return "(" + std::to_string(value) + ")"; };
  const auto told = ": " + std::string(part);
  if (first.value < range.low)
    return "beginning of range " + number(first.value) + " below minimum " + number(range.low) +
           told;
  if (last.value > range.high)
    return "end of range " + number(last.value) + " above maximum " + number(range.high) + told;
  if (first.value > last.value)
    return "beginning of range " + number(first.value) + " beyond end of range " +
           number(last.value) + told;
  return step.value == 0 ? "step of range should be a positive number" + told : "";
}

// Takes the zone off its front; what is wrong with it.
std::string check_zone(std::string_view& schedule) {
  if (!schedule.starts_with("TZ=") && !schedule.starts_with("CRON_TZ=")) return {};
  const auto begin = schedule.find('=') + 1;
  const auto end = std::min(schedule.find(' '), schedule.size());
  const auto zone = schedule.substr(begin, end - begin);
  schedule.remove_prefix(end);
  schedule.remove_prefix(std::min(schedule.find_first_not_of(kSpace), schedule.size()));
  while (!schedule.empty() && kSpace.find(schedule.back()) != kSpace.npos)
    schedule.remove_suffix(1);
  if (zone.empty() || zone == "Local" || find_time_zone(zone)) return {};
  return "provided bad location " + std::string(zone) + ": unknown time zone " + std::string(zone);
}

}  // namespace

std::string check_schedule(std::string_view schedule) {
  // Whether there may be a zone at all is looked at elsewhere.
  if (auto wrong = check_zone(schedule); !wrong.empty()) return wrong;
  if (schedule.starts_with("@every ")) {
    const auto every = parse_duration(schedule.substr(7));
    if (every.ok()) return {};
    return "failed to parse duration " + std::string(schedule) + ": " + every.status().message();
  }
  if (schedule.starts_with('@')) {
    for (std::string_view known :
         {"@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"}) {
      if (schedule == known) return {};
    }
    return "unrecognized descriptor: " + std::string(schedule);
  }
  const std::vector<std::string_view> fields = split(schedule, kSpace, false);
  if (fields.size() != 5) {
    std::string list;
    for (std::string_view field : fields) list.append(list.empty() ? "" : " ").append(field);
    return "expected exactly 5 fields, found " + std::to_string(fields.size()) + ": [" + list + "]";
  }
  for (std::size_t i = 0; i < fields.size(); ++i) {
    for (std::string_view part : split(fields[i], ",", false)) {
      std::string wrong = check_part(part, bounds()[i]);
      if (!wrong.empty()) return wrong;
    }
  }
  return {};
}

}  // namespace kubus::apiserver
