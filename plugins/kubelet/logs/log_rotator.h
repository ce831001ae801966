// LogRotator: keeps the logs of running containers within their size.
//
// Thread safety: all members from any thread. Files are worked on one log at a time.
//
// Nothing is polled: a log at rest is watched by inotify. Once it is written, its size is looked at
// now and then, sooner the nearer its growth brings it to the limit, until it rests again.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "kubus/directory_watch.h"
#include "kubus/work_queue.h"

namespace kubus::kubelet {

struct LogLimits {
  std::int64_t max_bytes = 10 << 20;  // of the written file; 0: logs are left alone
  int max_files = 5;                  // of a container, the written one among them; at least 2
  // The longest time between two looks at a log that is being written.
  Duration interval = std::chrono::seconds(10);
};

class LogRotator {
 public:
  // `reopen` makes a container's writer begin a new file at the log's path; it blocks.
  using Reopen = std::function<Status(const std::string& container)>;
  LogRotator(Context& context, LogLimits limits, Reopen reopen);
  ~LogRotator();

  // The container runs, and writes to `path`. Idempotent.
  void begin(const std::string& container, const std::string& path);
  // It does no more.
  void end(const std::string& container);

 private:
  using Clock = std::chrono::steady_clock;
  struct Log {
    std::string path;
    std::int64_t size = -1;  // when it was last looked at; -1: never
    Clock::time_point looked{};
    DirectoryWatch::Id watch = 0;  // set: it is at rest
  };
  Outcome look(const std::string& container);
  Outcome look_at(const std::string& container, Log& log, bool was_at_rest);
  // Done once it is certain to be noticed when the log is written.
  Outcome rest(const std::string& container, Log& log);
  Duration next_look(const Log& log, std::int64_t size, bool was_at_rest) const;
  void written(const std::string& container);

  const LogLimits limits_;
  const Reopen reopen_;
  std::mutex mutex_;
  std::map<std::string, Log> logs_;
  std::unique_ptr<WorkQueue> queue_;
  DirectoryWatch watch_;  // ends first: what it tells is about the others
};

}  // namespace kubus::kubelet
