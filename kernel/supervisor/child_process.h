// ChildProcess: a program started by this process, whose death is learned from a pidfd.
//
// Thread safety: made, used and destroyed on the loop it is given; the callback runs there. The
// thread of that loop must outlive the child: the child is told to end when it does not.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kubus/loop.h"
#include "kubus/status.h"
#include "kubus/unique_fd.h"

namespace kubus::kernel {

class ChildProcess {
 public:
  // `why` says how it ended: ok for exit code 0, else "exited with code 3" or
  // "killed by signal 11 (Segmentation fault)".
  using Exit = std::function<void(const Status& why)>;

  // `input` is what it reads from its standard input.
  static Result<std::unique_ptr<ChildProcess>> spawn(Loop& loop,
                                                     const std::vector<std::string>& arguments,
                                                     std::string_view input, Exit exit);
  // Kills and reaps one that still runs.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  int pid() const { return pid_; }
  void kill(int signal);

 private:
  ChildProcess(int pid, UniqueFd pidfd, Exit exit)
      : pid_(pid), pidfd_(std::move(pidfd)), exit_(std::move(exit)) {}
  void reap();

  int pid_;
  UniqueFd pidfd_;
  bool running_ = true;
  Exit exit_;
  Registration watch_;
};

}  // namespace kubus::kernel
