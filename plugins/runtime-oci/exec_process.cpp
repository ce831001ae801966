#include "exec_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstring>

#include "file_arrival.h"
#include "process.h"
#include "record.h"
#include "spec.h"
#include "streams.h"
#include "terminal_starter.h"

namespace kubus::runtime_oci {
namespace {

constexpr int kTerminalPatienceMs = 30'000;
constexpr std::chrono::seconds kStartPatience(60);
// In the directory of a session.
constexpr const char* kPidFile = "/pid";        // of the process, written by the runtime
constexpr const char* kParentFile = "/parent";  // the runtime's exec, written by us
constexpr const char* kErrorFile = "/error";    // of TerminalStarter

// The descriptor that came with a message; none when there was none.
UniqueFd receive_fd(int connection) {
  char byte = 0;
  iovec data{&byte, 1};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  char name[4096];
  iovec parts[2] = {data, {name, sizeof name}};
  msghdr message{};
  message.msg_iov = parts;
  message.msg_iovlen = 2;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  if (::recvmsg(connection, &message, MSG_CMSG_CLOEXEC) < 0) return {};
  const cmsghdr* header = CMSG_FIRSTHDR(&message);
  if (!header || header->cmsg_type != SCM_RIGHTS) return {};
  int fd = -1;
  std::memcpy(&fd, CMSG_DATA(header), sizeof fd);
  return UniqueFd(fd);
}

struct Ends {  // the process's ends of its streams
  UniqueFd in;
  UniqueFd out;
  UniqueFd err;
};

struct TerminalEnds {
  UniqueFd listener;  // where the runtime hands the terminal over
  UniqueFd errors;    // of TerminalStarter

  Status open(const std::string& directory, bool sized) {
    auto socket = listen_unix(directory + "/tty", SOCK_STREAM);
    if (!socket.ok()) return socket.status();
    listener = std::move(*socket);
    if (!sized) return {};
    errors.reset(
        ::open((directory + kErrorFile).c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
    return errors ? Status() : errno_status("errors of a terminal");
  }
};

Status open_pipes(ExecProcess& process, bool with_stdin, Ends& theirs) {
  auto out = Pipe::make();
  auto err = Pipe::make();
  if (!out.ok()) return out.status();
  if (!err.ok()) return err.status();
  process.out = std::move(out->read);
  process.err = std::move(err->read);
  theirs.out = std::move(out->write);
  theirs.err = std::move(err->write);
  if (!with_stdin) return {};
  auto in = Pipe::make();
  if (!in.ok()) return in.status();
  process.in = std::move(in->write);
  theirs.in = std::move(in->read);
  return {};
}

}  // namespace

Result<runtime::Container> running_container(Node& node, const std::string& id) {
  const auto entry = node.registry.container(id);
  if (!entry.ok()) return entry.status();
  auto container = node.registry.describe(*entry);
  if (container.state() != runtime::CONTAINER_RUNNING)
    return Status(Code::kConflict, "container \"" + id + "\" does not run");
  return container;
}

ExecProcess::~ExecProcess() {
  if (child_ > 0) {
    signal(SIGKILL);
    ::kill(child_, SIGKILL);
    wait_exit(child_);
  }
  if (!directory_.empty()) (void)remove_tree(directory_).ok();
}

int ExecProcess::reap() { return wait_exit(std::exchange(child_, 0)); }

std::string ExecProcess::start_error() const {
  if (auto error = TerminalStarter::error(directory_ + kErrorFile, command_); !error.empty())
    return error;
  if (exists(directory_ + kPidFile)) return {};
  const auto text = read_file(directory_ + "/log", 65536);
  std::string message = text.ok() ? *text : std::string();
  while (!message.empty() && message.back() == '\n') message.pop_back();
  return message.empty() ? "the process could not be started" : message;
}

bool ExecProcess::never_ran() const {
  pollfd fd{ended.get(), POLLIN, 0};
  return ::poll(&fd, 1, 0) > 0 && !start_error().empty();
}

void ExecProcess::signal(int number) const {
  const auto pid = static_cast<pid_t>(read_number(directory_ + kPidFile, 0));
  // While the runtime's exec, its parent, has not been reaped, neither has it.
  if (pid > 0 && child_ > 0) ::kill(pid, number);
}

Status ExecProcess::open_terminal(int listener) {
  pollfd fds[2] = {{listener, POLLIN, 0}, {ended.get(), POLLIN, 0}};
  while (::poll(fds, 2, kTerminalPatienceMs) < 0 && errno == EINTR) {
  }
  if (!(fds[0].revents & POLLIN)) return {};  // it failed: its exit will tell
  const UniqueFd connection(::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC));
  if (connection) terminal = receive_fd(connection.get());
  return terminal ? Status() : errno_status("terminal");
}

void end_abandoned(const Settings& settings) {
  for (const auto& name : list_dir(settings.sessions())) {
    const auto directory = settings.sessions() + "/" + name;
    const auto parent = load_process(directory + kParentFile);
    const auto pid = static_cast<pid_t>(read_number(directory + kPidFile, 0));
    // While its parent is there, the pid is its own.
    if (parent.alive() && pid > 0) ::kill(pid, SIGKILL);
    (void)parent.signal(SIGKILL).ok();
    (void)remove_tree(directory).ok();
  }
}

Result<std::unique_ptr<ExecProcess>> launch_exec(Node& node, const ExecOptions& options) {
  const auto container = running_container(node, options.container_id);
  if (!container.ok()) return container.status();
  if (options.command.empty()) return Status(Code::kInvalid, "no command to execute");
  const auto spec = read_file(node.settings.container(options.container_id) + "/config.json");
  if (!spec.ok()) return spec.status();
  const bool sized = options.tty && options.size;
  const auto process_spec = make_exec_process(
      *spec, sized ? TerminalStarter::command(*options.size, options.command) : options.command,
      options.tty);
  if (!process_spec.ok()) return process_spec.status();

  auto process = std::make_unique<ExecProcess>();
  process->command_ = options.command.front();
  process->directory_ = node.settings.sessions() + "/" + random_id().substr(0, 16);
  const auto& directory = process->directory_;
  KUBUS_TRY(make_dirs(directory));
  KUBUS_TRY(write_file(directory + "/process.json", *process_spec, 0600, false));
  std::vector<std::string> arguments{
      "--log",      directory + "/log",  "exec", "--process", directory + "/process.json",
      "--pid-file", directory + kPidFile};
  SpawnOptions spawning;
  Ends theirs;
  TerminalEnds terminal;
  if (options.tty) {
    KUBUS_TRY(terminal.open(directory, sized));
    arguments.insert(arguments.end(), {"--console-socket", directory + "/tty"});
    if (sized) {
      arguments.insert(arguments.end(), {"--preserve-fds", "2"});
      spawning.fds.emplace_back(node.terminal_starter->program(), TerminalStarter::kProgramFd);
      spawning.fds.emplace_back(terminal.errors.get(), TerminalStarter::kErrorsFd);
    }
  } else {
    KUBUS_TRY(open_pipes(*process, options.with_stdin, theirs));
    if (theirs.in) spawning.fds.emplace_back(theirs.in.get(), 0);
    spawning.fds.emplace_back(theirs.out.get(), 1);
    spawning.fds.emplace_back(theirs.err.get(), 2);
  }
  arguments.push_back(options.container_id);
  spawning.argv = node.oci.command(arguments);
  spawning.env = minimal_env();
  spawning.new_session = true;
  auto pid_file = FileArrival::watch(directory);
  if (!pid_file.ok()) return pid_file.status();
  const auto child = spawn(spawning);
  if (!child.ok()) return child.status();
  process->child_ = *child;
  KUBUS_TRY(save_process(directory + kParentFile, ProcessId::of(*child)));
  process->ended.reset(static_cast<int>(::syscall(SYS_pidfd_open, *child, 0)));
  if (!process->ended) return errno_status("pidfd");
  if (options.tty) KUBUS_TRY(process->open_terminal(terminal.listener.get()));
  // It can be signalled from then on; or the runtime has ended without.
  (void)pid_file->wait(kPidFile + 1, kStartPatience, process->ended.get());
  return process;
}

}  // namespace kubus::runtime_oci
