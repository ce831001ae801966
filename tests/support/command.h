// Runs a program to its end.
//
// Thread safety: pure functions.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace kubus::testing {

struct CommandResult {
  int code = 0;     // of the exit, or minus the signal
  std::string out;  // both outputs, in the order they were written
  bool ok() const { return code == 0; }
};

struct CommandOptions {
  std::string input;
  // Added to this process's own environment, in whose place they come.
  std::vector<std::pair<std::string, std::string>> environment;
};

// The first word is looked up in PATH when it has no slash. A program that cannot be started gives
// code 127 and the reason.
CommandResult run_command(const std::vector<std::string>& words,
                          const CommandOptions& options = {});

// The same, not waited for; its outputs go to the descriptor `out`, its input is empty. -1 when it
// cannot be started.
pid_t start_command(const std::vector<std::string>& words, int out,
                    const CommandOptions& options = {});

// Of waitpid(): the exit code, or minus the signal.
int exit_code(int status);

// The build and the sources this test belongs to.
std::string build_dir();
std::string source_dir();

}  // namespace kubus::testing
