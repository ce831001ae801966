// TerminalStarter: makes a process see the size of its terminal from its first instruction on. The
// runtimes set it, if at all, when the process may be running already.
//
// Thread safety: const after open().
#pragma once

#include <sys/ioctl.h>

#include <string>
#include <vector>

#include "files.h"
#include "kubus/status.h"

namespace kubus::runtime_oci {

class TerminalStarter {
 public:
  // `program`: oci-terminal, of which a sealed copy in memory is made.
  static Result<TerminalStarter> open(const std::string& program);

  // What runs in place of `command`, with the descriptors that it must be given.
  static std::vector<std::string> command(const winsize& size,
                                          const std::vector<std::string>& command);
  static constexpr int kProgramFd = 3;
  static constexpr int kErrorsFd = 4;  // a file
  int program() const { return program_.get(); }
  // Of what is in the file of errors; empty when the command was found.
  static std::string error(const std::string& file, const std::string& command);

 private:
  explicit TerminalStarter(UniqueFd program) : program_(std::move(program)) {}
  UniqueFd program_;
};

}  // namespace kubus::runtime_oci
