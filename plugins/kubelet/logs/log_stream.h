// LogStream: sends a container's log to a client, and what is added to it as long as it is
// followed.
//
// Thread safety: start() once; wake(), ended() and stop() from any thread. The file is read on the
// pool, one piece at a time: the next one only when the client has taken most of the one before.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "kubus/http/exchange.h"
#include "kubus/pool.h"
#include "log_file.h"
#include "log_printer.h"

namespace kubus::kubelet {

class LogStream : public std::enable_shared_from_this<LogStream> {
 public:
  // `file` is open where reading begins. `closed` runs once, when it is over.
  LogStream(Pool& pool, LogFile file, const LogOptions& options,
            std::shared_ptr<http::BodyStream> body, std::function<void()> closed);
  void start();
  // There may be more to read.
  void wake();
  // The container writes no more: what is in the file is the last of it.
  void ended();
  void stop();

 private:
  enum class Turn { kIdle, kRunning, kAgain };
  enum class Progress { kMore, kEnd, kDone };
  void post_step();
  void step();
  Progress fill(std::string& out);
  // False: something happened meanwhile.
  bool park();
  void finish();

  Pool& pool_;
  LogFile file_;
  const bool follow_;
  LogPrinter printer_;
  const std::shared_ptr<http::BodyStream> body_;
  std::function<void()> closed_;
  std::atomic<Turn> turn_{Turn::kRunning};
  std::atomic<bool> ended_{false};
  std::atomic<bool> stopped_{false};
};

}  // namespace kubus::kubelet
