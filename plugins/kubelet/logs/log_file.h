// LogFile: reads a log file line by line while it is being written, and notices when another one
// has taken its place.
//
// Thread safety: none; one thread at a time.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "kubus/status.h"
#include "kubus/unique_fd.h"

namespace kubus::kubelet {

class LogFile {
 public:
  // A line without end is passed on in pieces of this size.
  static constexpr std::size_t kLongestLine = 1 << 20;

  explicit LogFile(std::string path) : path_(std::move(path)) {}
  // Opens what the path names now, at its beginning. kNotFound when it is not there.
  Status open();
  // Goes to where the last `lines` complete lines begin.
  Status seek_tail(std::int64_t lines);
  // The next complete line, with its end; valid until the next call. Nothing: that was all for now.
  std::optional<std::string_view> next();
  // What stands behind the last complete line; it counts as read.
  std::string take_rest();
  // The path names another file than the one being read.
  bool replaced() const;
  const std::string& path() const { return path_; }

 private:
  bool read_more();

  std::string path_;
  UniqueFd fd_;
  off_t offset_ = 0;  // of the next byte to read
  std::string buffer_;
  std::size_t at_ = 0;  // what comes before it in the buffer has been handed out
};

}  // namespace kubus::kubelet
