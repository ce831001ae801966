// One line of a container's log file, in the format of the container runtime interface:
// "<time> <stdout|stderr> <P|F> <text>".
//
// Thread safety: a value and pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace kubus::kubelet {

struct LogLine {
  std::string_view time;  // RFC 3339
  bool is_stderr = false;
  std::string_view text;  // with the line end, but for a part whose rest comes in the next line
};
// `raw` with its line end if it has one. Nothing when it is no such line.
std::optional<LogLine> parse_log_line(std::string_view raw);

// `time` as clients get it: nine decimals, "Z" in place of "+00:00".
std::string printed_time(std::string_view time);

}  // namespace kubus::kubelet
