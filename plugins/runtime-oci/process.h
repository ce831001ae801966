// Processes: starting them without fork in a threaded process, naming them beyond the reuse of
// their pid, and running a command to its end.
//
// Thread safety: free functions, any thread. run() blocks: pool threads only.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "files.h"
#include "kubus/status.h"

namespace kubus::runtime_oci {

// A process of this boot; the start time tells it from a later one with the same pid.
struct ProcessId {
  pid_t pid = 0;
  std::uint64_t start_time = 0;  // clock ticks since boot

  static ProcessId of(pid_t pid);  // {0, 0} when there is none
  bool alive() const;              // zombies are not
  // Readable when the process has ended; NotFound when it is gone already.
  Result<UniqueFd> open() const;
  // Ok also when it is gone.
  Status signal(int number) const;
};

// Identifies the boot: what was recorded under another one is dead.
const std::string& boot_id();

struct SpawnOptions {
  std::vector<std::string> argv;  // argv[0] is a path
  std::vector<std::string> env;   // "NAME=value"
  // Descriptors passed on: {ours, theirs}. 0, 1 and 2 are /dev/null unless named.
  std::vector<std::pair<int, int>> fds;
  std::string cwd;
  bool new_session = false;
};

// The pid of a child that the caller must reap (wait_exit or reap).
Result<pid_t> spawn(const SpawnOptions& options);
// Exit code of our child `pid` (128 + signal when killed); blocks.
int wait_exit(pid_t pid);

// Ends what waits for something, from another thread, once and for all.
class Cancel {
 public:
  Cancel();
  void signal();
  int fd() const { return fd_.get(); }  // readable from then on

 private:
  UniqueFd fd_;
};

struct RunResult {
  int exit_code = 0;
  std::string out;
  std::string err;
};
// Standard output and error are kept up to 1 MiB each. Past `timeout`: killed, code Timeout;
// cancelled: killed, code Unavailable.
Result<RunResult> run(SpawnOptions options, std::chrono::milliseconds timeout,
                      const Cancel* cancel = nullptr);

// A pipe, both ends close-on-exec.
struct Pipe {
  UniqueFd read;
  UniqueFd write;
  static Result<Pipe> make();
};

// "SIGTERM", "TERM", "sigterm" or "15", "RTMIN+3"; 0 for what is none.
int signal_number(std::string_view name);
std::string signal_name(int number);

// PATH of this process, or the usual one.
std::vector<std::string> minimal_env();
// The program as a path: itself when it has a slash, else searched for in PATH and the sbin
// directories.
Result<std::string> find_program(const std::string& name);

}  // namespace kubus::runtime_oci
