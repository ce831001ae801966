// LogPrinter: from lines of a log file to what the client is sent.
//
// Thread safety: none; one thread at a time.
#pragma once

#include <string>
#include <string_view>

#include "log_line.h"
#include "log_options.h"

namespace kubus::kubelet {

class LogPrinter {
 public:
  explicit LogPrinter(const LogOptions& options);
  // Appends to `out` what the client gets of one line. Lines that are none are passed over.
  void print(std::string_view raw, std::string& out);
  // Nothing that follows will be printed.
  bool done() const { return bytes_left_ == 0 || lines_left_ == 0; }

 private:
  bool wanted(const LogLine& line) const;

  const LogOptions options_;
  std::int64_t bytes_left_;
  std::int64_t lines_left_;
  bool at_line_start_ = true;
};

}  // namespace kubus::kubelet
