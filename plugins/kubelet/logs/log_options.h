// What a client wants of a log.
//
// Thread safety: values and a pure function.
#pragma once

#include <cstdint>
#include <optional>

#include "kubus/api/time.h"
#include "kubus/http/query.h"
#include "kubus/status.h"

namespace kubus::kubelet {

struct LogOptions {
  enum class Stream { kAll, kStdout, kStderr };
  bool follow = false;
  bool previous = false;
  bool timestamps = false;
  std::optional<std::int64_t> tail_lines;   // lines as written, a long one may take several
  std::optional<std::int64_t> limit_bytes;  // of output
  std::optional<SystemTime> since;
  Stream stream = Stream::kAll;
};

// kBadRequest for what is no number or time, kInvalid for what makes no sense; with the reference's
// messages.
Result<LogOptions> parse_log_options(const http::Query& query, SystemTime now);

}  // namespace kubus::kubelet
