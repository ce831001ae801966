// A further process in a running container.
//
// Thread safety: launch_exec() from a pool thread (it blocks for tens of milliseconds); the object
// belongs to one thread at a time.
#pragma once

#include <sys/ioctl.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "node.h"

namespace kubus::runtime_oci {

struct ExecOptions {
  std::string container_id;
  std::vector<std::string> command;
  bool tty = false;
  bool with_stdin = false;
  std::optional<winsize> size;  // of the terminal, if it is known
};

// The runtime's `exec` is our child and ends with the process's exit code.
class ExecProcess {
 public:
  ~ExecProcess();
  UniqueFd in;        // without a tty
  UniqueFd out;       // without a tty
  UniqueFd err;       // without a tty
  UniqueFd terminal;  // with one
  UniqueFd ended;     // readable when it has ended

  // Once, when `ended` is readable.
  int reap();
  // Why it was not even started; empty when it was.
  std::string start_error() const;
  // It has ended without having been started: what came out is the runtime's, not the process's.
  bool never_ran() const;
  void signal(int number) const;

 private:
  friend Result<std::unique_ptr<ExecProcess>> launch_exec(Node&, const ExecOptions&);
  Status open_terminal(int listener);
  std::string directory_;
  std::string command_;  // its first word
  pid_t child_ = 0;
};

// Ends the processes, with KILL, that an earlier life of the plugin left in containers when it was
// killed, and removes what it kept of them. Before the first launch.
void end_abandoned(const Settings& settings);
// Conflict when the container does not run.
Result<std::unique_ptr<ExecProcess>> launch_exec(Node& node, const ExecOptions& options);
// The container, which must run.
Result<runtime::Container> running_container(Node& node, const std::string& id);

}  // namespace kubus::runtime_oci
