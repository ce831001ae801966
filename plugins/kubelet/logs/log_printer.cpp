#include "log_printer.h"

#include <algorithm>
#include <limits>

namespace kubus::kubelet {
namespace {

constexpr auto kUnlimited = std::numeric_limits<std::int64_t>::max();

}  // namespace

LogPrinter::LogPrinter(const LogOptions& options)
    : options_(options),
      bytes_left_(options.limit_bytes.value_or(kUnlimited)),
      lines_left_(options.follow ? kUnlimited : options.tail_lines.value_or(kUnlimited)) {}

bool LogPrinter::wanted(const LogLine& line) const {
  if (options_.stream == LogOptions::Stream::kStdout && line.is_stderr) return false;
  if (options_.stream == LogOptions::Stream::kStderr && !line.is_stderr) return false;
  if (!options_.since) return true;
  const auto time = parse_time(line.time);
  return !time.ok() || *time >= *options_.since;
}

void LogPrinter::print(std::string_view raw, std::string& out) {
  const auto line = parse_log_line(raw);
  if (!line || done()) return;
  if (wanted(*line)) {
    const auto before = out.size();
    if (options_.timestamps && at_line_start_) out.append(printed_time(line->time)).append(" ");
    out.append(line->text);
    const auto printed = static_cast<std::int64_t>(out.size() - before);
    if (printed > bytes_left_) out.resize(before + static_cast<std::size_t>(bytes_left_));
    bytes_left_ -= std::min(printed, bytes_left_);
  }
  if (lines_left_ != kUnlimited) --lines_left_;
  at_line_start_ = line->text.empty() || line->text.ends_with('\n');
}

}  // namespace kubus::kubelet
