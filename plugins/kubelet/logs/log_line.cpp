#include "log_line.h"

namespace kubus::kubelet {
namespace {

// The text up to the next space, which is dropped with it.
std::optional<std::string_view> take_word(std::string_view& rest) {
  const auto space = rest.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  const auto word = rest.substr(0, space);
  rest.remove_prefix(space + 1);
  return word;
}

constexpr std::size_t kSecondsEnd = sizeof("2006-01-02T15:04:05") - 1;
constexpr std::size_t kDecimals = 9;

}  // namespace

std::optional<LogLine> parse_log_line(std::string_view raw) {
  LogLine line;
  const auto time = take_word(raw);
  const auto stream = time ? take_word(raw) : std::nullopt;
  const auto tags = stream ? take_word(raw) : std::nullopt;
  if (!tags || time->size() <= kSecondsEnd || (*stream != "stdout" && *stream != "stderr"))
    return std::nullopt;
  line.time = *time;
  line.is_stderr = *stream == "stderr";
  line.text = raw;
  const bool partial = tags->substr(0, tags->find(':')) == "P";
  if (partial && line.text.ends_with('\n')) line.text.remove_suffix(1);
  return line;
}

std::string printed_time(std::string_view time) {
  std::string out(time.substr(0, kSecondsEnd));
  time.remove_prefix(kSecondsEnd);
  std::string_view decimals;
  if (time.starts_with('.')) {
    const auto end = time.find_first_not_of("0123456789", 1);
    decimals = time.substr(1, end == std::string_view::npos ? end : end - 1);
    time.remove_prefix(1 + decimals.size());
  }
  decimals = decimals.substr(0, kDecimals);
  out.append(".").append(decimals).append(kDecimals - decimals.size(), '0');
  return out.append(time == "+00:00" || time == "-00:00" ? "Z" : time);
}

}  // namespace kubus::kubelet
