#include "kubus/log.h"

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <ctime>

#include "core/json_text.h"

namespace kubus {
namespace {

constexpr const char* kLevelNames[] = {"debug", "info", "warn", "error"};

void text_to_stderr(LogLevel level, std::string_view logger, std::string_view message,
                    std::string_view fields) {
  const auto now = std::chrono::system_clock::now();
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch() %
                                                                        std::chrono::seconds(1))
                      .count();
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  char stamp[48];
  std::snprintf(stamp, sizeof stamp, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ ", utc.tm_year + 1900,
                utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec,
                static_cast<int>(ms));
  std::string line = stamp;
  line += kLevelNames[static_cast<int>(level)];
  line.append(" ").append(logger).append(": ").append(message);
  if (fields != "{}") line.append(" ").append(fields);
  line += '\n';
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
}

std::atomic<LogSink> current_sink{&text_to_stderr};
std::atomic<LogLevel> current_level{LogLevel::kInfo};

std::string fields_text(LogFields fields) {
  std::string text = "{";
  for (const LogField& field : fields) {
    if (text.size() > 1) text += ',';
    core::append_json_string(text, field.key);
    text += ':';
    if (field.quoted)
      core::append_json_string(text, field.value);
    else
      text += field.value;
  }
  text += '}';
  return text;
}

}  // namespace

void set_log_sink(LogSink sink) { current_sink = sink ? sink : &text_to_stderr; }
void set_log_level(LogLevel level) { current_level = level; }

Logger::Logger(std::string name) : name_(std::move(name)) {}

bool Logger::enabled(LogLevel level) const { return level >= current_level.load(); }

void Logger::debug(std::string_view message, LogFields fields) const {
  write(LogLevel::kDebug, message, fields);
}
void Logger::info(std::string_view message, LogFields fields) const {
  write(LogLevel::kInfo, message, fields);
}
void Logger::warn(std::string_view message, LogFields fields) const {
  write(LogLevel::kWarn, message, fields);
}
void Logger::error(std::string_view message, LogFields fields) const {
  write(LogLevel::kError, message, fields);
}

void Logger::write(LogLevel level, std::string_view message, LogFields fields) const {
  if (!enabled(level)) return;
  current_sink.load()(level, name_, message, fields_text(fields));
}

}  // namespace kubus
