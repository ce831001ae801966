#include "supervisor/child_process.h"

#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

extern char** environ;

namespace kubus::kernel {
namespace {

// A descriptor from which `input` can be read.
UniqueFd input_descriptor(std::string_view input) {
  UniqueFd fd(::memfd_create("kubus-input", MFD_CLOEXEC));
  while (fd && !input.empty()) {
    auto written = ::write(fd.get(), input.data(), input.size());
    if (written <= 0) return UniqueFd();
    input.remove_prefix(static_cast<std::size_t>(written));
  }
  ::lseek(fd.get(), 0, SEEK_SET);
  return fd;
}

int spawn_with_input(const std::vector<std::string>& arguments, int input, pid_t& pid) {
  std::vector<char*> argv;
  for (const auto& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  sigset_t none;
  ::sigemptyset(&none);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  int error = ::posix_spawn(&pid, argv[0], &actions, &attributes, argv.data(), environ);
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&actions);
  return error;
}

Status exit_status(const siginfo_t& info) {
  if (info.si_code == CLD_EXITED) {
    if (info.si_status == 0) return {};
    return {Code::kUnavailable, "its process exited with code " + std::to_string(info.si_status)};
  }
  return {Code::kUnavailable, "its process was killed by signal " + std::to_string(info.si_status) +
                                  " (" + ::strsignal(info.si_status) + ")"};
}

}  // namespace

Result<std::unique_ptr<ChildProcess>> ChildProcess::spawn(Loop& loop,
                                                          const std::vector<std::string>& arguments,
                                                          std::string_view input, Exit exit) {
  UniqueFd in = input_descriptor(input);
  if (!in) return Status(Code::kInternalError, std::string("memfd: ") + std::strerror(errno));
  pid_t pid = -1;
  int error = spawn_with_input(arguments, in.get(), pid);
  if (error != 0)
    return Status(Code::kInternalError,
                  "cannot start " + arguments.front() + ": " + std::strerror(error));
  // The pid stays ours until it is reaped, so this cannot hit another process.
  UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  std::unique_ptr<ChildProcess> child(new ChildProcess(pid, std::move(pidfd), std::move(exit)));
  if (!child->pidfd_)
    return Status(Code::kInternalError, std::string("pidfd_open: ") + std::strerror(errno));
  child->watch_ = loop.watch_fd(child->pidfd_.get(), Loop::kReadable,
                                [raw = child.get()](std::uint32_t) { raw->reap(); });
  return child;
}

ChildProcess::~ChildProcess() {
  watch_.reset();
  if (running_) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
}

void ChildProcess::kill(int signal) {
  if (running_) ::kill(pid_, signal);
}

void ChildProcess::reap() {
  siginfo_t info{};
  if (!running_ || ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG) != 0 ||
      info.si_pid == 0)
    return;
  running_ = false;
  watch_.reset();
  auto exit = std::move(exit_);
  exit(exit_status(info));
}

}  // namespace kubus::kernel
