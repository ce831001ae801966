// Lines appended to a file that is put aside when it has grown and deleted when it is old.
//
// Thread safety: append() and flush() from any thread; append() does not wait for the disk.
//
// Lines wait in memory while an earlier write is under way, up to a bound beyond which they are
// lost and counted (apiserver_audit_error_total).
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "kubus/log.h"
#include "kubus/pool.h"
#include "kubus/status.h"

namespace kubus::apiserver::audit {

struct LogOptions {
  std::string path;                  // "-": standard output, which is never put aside
  std::size_t max_size = 100 << 20;  // bytes
  std::size_t max_backups = 0;       // 0: any number
  std::chrono::hours max_age{0};     // 0: forever
};

class LogFile {
 public:
  // kInvalid when the file cannot be opened. `pool` writes.
  static Result<std::unique_ptr<LogFile>> open(LogOptions options, Pool& pool, const Logger& log);
  // Writes what waits.
  ~LogFile();

  void append(std::string line);
  // Writes what waits, on this thread.
  void flush();

 private:
  class Writer;
  LogFile(std::shared_ptr<Writer> writer, Pool& pool);

  // The pool's jobs hold it, too: one may begin after this is gone, and then finds nothing left.
  std::shared_ptr<Writer> writer_;
  Pool& pool_;
};

}  // namespace kubus::apiserver::audit
