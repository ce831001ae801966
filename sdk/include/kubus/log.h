// Structured logging: a constant message, then key/value pairs.
//
//   log.info("pod started", {{"pod", name}, {"took_ms", 12}});
//
// Thread safety: all members from any thread. The record is formatted here and passed on as bytes
// to the process's sink, so nothing of a plugin stays behind in a shared logger.
#pragma once

#include <concepts>
#include <initializer_list>
#include <string>
#include <string_view>

namespace kubus {

enum class LogLevel { kDebug, kInfo, kWarn, kError };

struct LogField {
  LogField(std::string_view k, std::string_view v) : key(k), value(v) {}
  LogField(std::string_view k, const char* v) : key(k), value(v) {}
  LogField(std::string_view k, const std::string& v) : key(k), value(v) {}
  LogField(std::string_view k, bool v) : key(k), value(v ? "true" : "false"), quoted(false) {}
  template <class N>
  requires(std::integral<N> || std::floating_point<N>) LogField(std::string_view k, N v)
      : key(k), value(std::to_string(v)), quoted(false) {}

  std::string_view key;
  std::string value;
  bool quoted = true;
};

using LogFields = std::initializer_list<LogField>;

class Logger {
 public:
  explicit Logger(std::string name);

  void debug(std::string_view message, LogFields fields = {}) const;
  void info(std::string_view message, LogFields fields = {}) const;
  void warn(std::string_view message, LogFields fields = {}) const;
  // For what a person must act on: say what to do.
  void error(std::string_view message, LogFields fields = {}) const;
  bool enabled(LogLevel level) const;
  const std::string& name() const { return name_; }

 private:
  void write(LogLevel level, std::string_view message, LogFields fields) const;
  std::string name_;
};

// Where a process's records go. Set once by the executable; standard error as text before that.
// `fields` is the JSON text of one flat object ("{}" when there are none).
using LogSink = void (*)(LogLevel level, std::string_view logger, std::string_view message,
                         std::string_view fields);
void set_log_sink(LogSink sink);
void set_log_level(LogLevel level);

}  // namespace kubus
