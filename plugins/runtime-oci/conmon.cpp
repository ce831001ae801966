#include "conmon.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

namespace kubus::runtime_oci {
namespace {

constexpr int kPatienceMs = 60'000;
constexpr int kSyncPipe = 3;

std::vector<std::string> arguments(const ConmonOptions& options) {
  std::vector<std::string> argv{options.conmon,
                                "-c",
                                options.id,
                                "-u",
                                attach_name(options.id),
                                "-n",
                                options.name,
                                "-b",
                                options.bundle,
                                "-p",
                                options.bundle + "/pid",
                                "-P",
                                conmon_pidfile(options.bundle),
                                "-l",
                                options.log_path.empty() ? "none:" : "k8s-file:" + options.log_path,
                                "--exit-dir",
                                options.exit_dir,
                                "--socket-dir-path",
                                options.attach_dir,
                                "--no-sync-log",
                                "--api-version",
                                "1",
                                "--log-level",
                                "error",
                                "-r",
                                options.runtime.front()};
  for (std::size_t i = 1; i < options.runtime.size(); ++i)
    argv.push_back("--runtime-arg=" + options.runtime[i]);
  if (options.tty) argv.emplace_back("-t");
  if (options.has_stdin) argv.emplace_back("-i");
  if (options.has_stdin && !options.stdin_once) argv.emplace_back("--leave-stdin-open");
  return argv;
}

// One line of JSON: {"data": <pid>} or {"data": -1, "message": "..."}.
Result<std::string> read_sync(int fd) {
  std::string text;
  while (text.find('\n') == std::string::npos) {
    pollfd poll_fd{fd, POLLIN, 0};
    const int ready = ::poll(&poll_fd, 1, kPatienceMs);
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return Status(Code::kTimeout, "conmon does not answer");
    char buffer[4096];
    const ssize_t got = ::read(fd, buffer, sizeof buffer);
    if (got < 0) return errno_status("conmon");
    if (got == 0) break;
    text.append(buffer, static_cast<std::size_t>(got));
  }
  return text;
}

// The text of "message", with the escapes JSON has for quotes and line ends undone.
std::string message_of(const std::string& text) {
  const auto key = text.find("\"message\"");
  if (key == std::string::npos) return "container creation failed";
  const auto begin = text.find('"', key + 9);
  std::string message;
  for (std::size_t i = begin + 1; i < text.size() && text[i] != '"'; ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    if (text[i - 1] == '\\' && text[i] == 'n')
      message += ' ';
    else
      message += text[i];
  }
  while (!message.empty() && message.back() == ' ') message.pop_back();
  return message;
}

int data_of(const std::string& text) {
  const auto key = text.find("\"data\"");
  const auto colon = text.find(':', key);
  return key == std::string::npos || colon == std::string::npos
             ? -1
             : std::atoi(text.c_str() + colon + 1);
}

Status control(const std::string& bundle, const std::string& text) {
  const UniqueFd fd(::open((bundle + "/ctl").c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC));
  if (!fd) return errno_status("conmon's control pipe");
  return write_all(fd.get(), text);
}

}  // namespace

std::string attach_name(const std::string& id) { return id.substr(0, 16); }

std::string conmon_pidfile(const std::string& bundle) { return bundle + "/monitor.pid"; }

Result<ConmonProcesses> launch_conmon(const ConmonOptions& options) {
  auto sync = Pipe::make();
  if (!sync.ok()) return sync.status();
  SpawnOptions spawning;
  spawning.argv = arguments(options);
  spawning.env = minimal_env();
  spawning.env.push_back("_OCI_SYNCPIPE=" + std::to_string(kSyncPipe));
  spawning.fds = {{sync->write.get(), kSyncPipe}};
  spawning.cwd = options.bundle;
  spawning.new_session = true;
  const auto launcher = spawn(spawning);
  if (!launcher.ok()) return launcher.status();
  sync->write.reset();
  const auto answer = read_sync(sync->read.get());
  // conmon leaves itself behind and ends at once.
  wait_exit(*launcher);
  if (!answer.ok()) return answer.status();
  const int pid = data_of(*answer);
  if (pid <= 0) return Status(Code::kInternalError, message_of(*answer));
  ConmonProcesses result;
  result.container = ProcessId::of(pid);
  result.monitor =
      ProcessId::of(static_cast<pid_t>(read_number(conmon_pidfile(options.bundle), 0)));
  if (result.monitor.pid == 0)
    return Status(Code::kInternalError, "conmon ended as soon as it had started");
  return result;
}

Status conmon_reopen_log(const std::string& bundle) { return control(bundle, "2 0 0\n"); }

Status conmon_resize(const std::string& bundle, unsigned columns, unsigned rows) {
  return control(bundle, "1 " + std::to_string(rows) + " " + std::to_string(columns) + "\n");
}

}  // namespace kubus::runtime_oci
