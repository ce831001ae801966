#include "log_options.h"

namespace kubus::kubelet {
namespace {

Status undecodable() { return {Code::kBadRequest, R"({"message": "Unable to decode query."})"}; }
Status senseless() { return {Code::kInvalid, R"({"message": "Invalid request."})"}; }

// False when it is there but no number.
bool read_number(const http::Query& query, const char* name, std::optional<std::int64_t>& into) {
  if (!query.has(name)) return true;
  into = query.number(name);
  return into.has_value();
}

bool read_stream(const http::Query& query, LogOptions& options) {
  const auto wanted = query.get("stream");
  if (wanted == "Stdout")
    options.stream = LogOptions::Stream::kStdout;
  else if (wanted == "Stderr")
    options.stream = LogOptions::Stream::kStderr;
  else
    return wanted.empty() || wanted == "All";
  return true;
}

}  // namespace

Result<LogOptions> parse_log_options(const http::Query& query, SystemTime now) {
  LogOptions options;
  options.follow = query.flag("follow");
  options.previous = query.flag("previous");
  options.timestamps = query.flag("timestamps");
  std::optional<std::int64_t> since_seconds;
  // "tail" is the older name; "all" is the same as none.
  const char* tail = query.has("tail") ? "tail" : "tailLines";
  if ((query.get(tail) != "all" && !read_number(query, tail, options.tail_lines)) ||
      !read_number(query, "limitBytes", options.limit_bytes) ||
      !read_number(query, "sinceSeconds", since_seconds))
    return undecodable();
  if (query.has("sinceTime")) {
    const auto time = parse_time(query.get("sinceTime"));
    if (!time.ok()) return undecodable();
    options.since = *time;
  }
  if (!read_stream(query, options) || options.tail_lines.value_or(0) < 0 ||
      options.limit_bytes.value_or(1) < 1 || since_seconds.value_or(1) < 1 ||
      (since_seconds && options.since) ||
      (options.tail_lines && options.stream != LogOptions::Stream::kAll))
    return senseless();
  if (since_seconds) options.since = now - std::chrono::seconds(*since_seconds);
  return options;
}

}  // namespace kubus::kubelet
