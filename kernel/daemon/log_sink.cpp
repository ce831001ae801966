#include "daemon/log_sink.h"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <map>
#include <memory>
#include <mutex>

#include "kubus/log.h"

namespace kubus::kernel {
namespace {

struct Sink {
  std::mutex mutex;
  std::shared_ptr<spdlog::sinks::sink> target = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  std::map<std::string, std::shared_ptr<spdlog::logger>, std::less<>> loggers;
  bool json = false;
};

// Never destroyed: the last records come while the process ends.
Sink& sink() {
  static auto* instance = new Sink;
  return *instance;
}

constexpr std::array<std::string_view, 4> kNames = {"debug", "info", "warn", "error"};
constexpr std::array kLevels = {spdlog::level::debug, spdlog::level::info, spdlog::level::warn,
                                spdlog::level::err};

LogLevel level_from(std::string_view word) {
  auto found = std::find(kNames.begin(), kNames.end(), word);
  return found == kNames.end() ? LogLevel::kInfo : static_cast<LogLevel>(found - kNames.begin());
}

spdlog::logger& logger_for(Sink& s, std::string_view name) {
  auto found = s.loggers.find(name);
  if (found != s.loggers.end()) return *found->second;
  auto logger = std::make_shared<spdlog::logger>(std::string(name), s.target);
  logger->set_level(spdlog::level::debug);
  logger->flush_on(spdlog::level::debug);
  s.loggers.emplace(std::string(name), logger);
  return *logger;
}

std::string text_of(std::string_view message, std::string_view fields) {
  std::string text(message);
  boost::json::error_code error;
  auto parsed = boost::json::parse(fields, error);
  if (error || !parsed.is_object()) return text;
  for (const auto& [key, value] : parsed.as_object()) {
    bool plain = value.is_string() && !value.as_string().empty() &&
                 value.as_string().find_first_of(" \t\n\"=") == boost::json::string::npos;
    text += ' ';
    text.append(key.data(), key.size()).append("=");
    text += plain ? std::string(value.as_string()) : boost::json::serialize(value);
  }
  return text;
}

std::string json_of(std::string_view message, std::string_view fields) {
  auto text = "\"message\":" + boost::json::serialize(boost::json::string(message));
  if (fields.size() > 2) text.append(",").append(fields.substr(1, fields.size() - 2));
  return text;
}

void write_record(LogLevel level, std::string_view name, std::string_view message,
                  std::string_view fields) {
  auto& s = sink();
  std::lock_guard lock(s.mutex);
  auto& logger = logger_for(s, name);
  logger.log(spdlog::source_loc{}, kLevels.at(static_cast<std::size_t>(level)),
             spdlog::string_view_t(s.json ? json_of(message, fields) : text_of(message, fields)));
}

}  // namespace

void set_up_logging(const std::string& level, const std::string& format) {
  auto& s = sink();
  {
    std::lock_guard lock(s.mutex);
    s.json = format == "json";
    s.target->set_formatter(std::make_unique<spdlog::pattern_formatter>(
        s.json ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l","logger":"%n",%v})"
               : "%Y-%m-%dT%H:%M:%S.%eZ %-7l %n: %v",
        spdlog::pattern_time_type::utc));
  }
  set_log_level(level_from(level));
  set_log_sink(write_record);
}

}  // namespace kubus::kernel
