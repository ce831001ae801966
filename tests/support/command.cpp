#include "command.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>

extern char** environ;

namespace kubus::testing {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> environment_with(const CommandOptions& options) {
  std::vector<std::string> all;
  for (char** entry = environ; *entry; ++entry) {
    const std::string_view text = *entry;
    bool replaced = false;
    for (const auto& [name, value] : options.environment)
      replaced = replaced || text.starts_with(name + "=");
    if (!replaced) all.emplace_back(text);
  }
  for (const auto& [name, value] : options.environment) all.push_back(name + "=" + value);
  return all;
}

std::vector<char*> pointers(const std::vector<std::string>& words) {
  std::vector<char*> all;
  for (const auto& word : words) all.push_back(const_cast<char*>(word.c_str()));
  all.push_back(nullptr);
  return all;
}

int spawn(const std::vector<std::string>& words, int in, int out, const CommandOptions& options,
          pid_t& pid) {
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  if (in >= 0)
    ::posix_spawn_file_actions_adddup2(&actions, in, 0);
  else
    ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, out, 1);
  ::posix_spawn_file_actions_adddup2(&actions, out, 2);
  const auto environment = environment_with(options);
  const int error = ::posix_spawnp(&pid, words[0].c_str(), &actions, nullptr,
                                   pointers(words).data(), pointers(environment).data());
  ::posix_spawn_file_actions_destroy(&actions);
  return error;
}

// Feeds and drains both ends together, so that neither fills up while the other waits.
std::string converse(int fd, std::string_view input) {
  std::string out;
  char buffer[16384];
  for (;;) {
    if (input.empty()) ::shutdown(fd, SHUT_WR);
    pollfd wait{fd, static_cast<short>(input.empty() ? POLLIN : POLLIN | POLLOUT), 0};
    if (::poll(&wait, 1, -1) < 0) return out;
    if (wait.revents & (POLLIN | POLLHUP | POLLERR)) {
      const ssize_t got = ::read(fd, buffer, sizeof buffer);
      if (got <= 0) return out;
      out.append(buffer, static_cast<std::size_t>(got));
    }
    if (wait.revents & POLLOUT) {
      const ssize_t put = ::send(fd, input.data(), input.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      input.remove_prefix(put > 0 ? static_cast<std::size_t>(put) : put == 0 ? 0 : input.size());
    }
  }
}

}  // namespace

CommandResult run_command(const std::vector<std::string>& words, const CommandOptions& options) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return {127, "socketpair"};
  pid_t pid = 0;
  const int in = options.input.empty() ? -1 : ends[1];
  const int error = spawn(words, in, ends[1], options, pid);
  ::close(ends[1]);
  CommandResult result;
  if (error != 0) {
    result = {127, words[0] + ": " + std::strerror(error)};
  } else {
    result.out = converse(ends[0], options.input);
    int status = 0;
    ::waitpid(pid, &status, 0);
    result.code = exit_code(status);
  }
  ::close(ends[0]);
  return result;
}

pid_t start_command(const std::vector<std::string>& words, int out, const CommandOptions& options) {
  pid_t pid = 0;
  return spawn(words, -1, out, options, pid) == 0 ? pid : -1;
}

int exit_code(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status); }

std::string build_dir() {
  if (const char* given = std::getenv("KUBUS_BUILD_DIR")) return given;
  return fs::read_symlink("/proc/self/exe").parent_path().parent_path();
}

std::string source_dir() {
  if (const char* given = std::getenv("KUBUS_SOURCE_DIR")) return given;
  return fs::path(build_dir()).parent_path().parent_path();
}

}  // namespace kubus::testing
