#include "process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <sstream>

namespace kubus::runtime_oci {
namespace {

struct ProcessState {
  char state = 0;
  std::uint64_t start_time = 0;
};

ProcessState read_state(pid_t pid) {
  const auto text = read_file("/proc/" + std::to_string(pid) + "/stat", 8192);
  if (!text.ok()) return {};
  // The name in parentheses may hold anything; fields are counted from behind it.
  const auto end = text->rfind(')');
  if (end == std::string::npos) return {};
  std::istringstream fields(text->substr(end + 1));
  ProcessState result;
  fields >> result.state;
  std::string field;
  for (int number = 4; number <= 22 && fields >> field; ++number)
    if (number == 22) result.start_time = std::strtoull(field.c_str(), nullptr, 10);
  return result;
}

// posix_spawn takes C arrays.
std::vector<char*> pointers(const std::vector<std::string>& strings) {
  std::vector<char*> result;
  for (const auto& text : strings) result.push_back(const_cast<char*>(text.c_str()));
  result.push_back(nullptr);
  return result;
}

class FileActions {
 public:
  FileActions() { ::posix_spawn_file_actions_init(&actions_); }
  ~FileActions() { ::posix_spawn_file_actions_destroy(&actions_); }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;
  posix_spawn_file_actions_t* get() { return &actions_; }

  Status fill(const SpawnOptions& options) {
    int last = 2;
    bool standard[3] = {};
    for (const auto& [ours, theirs] : options.fds) {
      // Moved out of the way first, so that one mapping cannot close the source of another.
      UniqueFd high(::fcntl(ours, F_DUPFD_CLOEXEC, 64));
      if (!high) return errno_status("dup");
      ::posix_spawn_file_actions_adddup2(&actions_, high.get(), theirs);
      if (theirs < 3) standard[theirs] = true;
      last = std::max(last, theirs);
      kept_.push_back(std::move(high));
    }
    for (int fd = 0; fd < 3; ++fd)
      if (!standard[fd]) ::posix_spawn_file_actions_addopen(&actions_, fd, "/dev/null", O_RDWR, 0);
    ::posix_spawn_file_actions_addclosefrom_np(&actions_, last + 1);
    if (!options.cwd.empty())
      ::posix_spawn_file_actions_addchdir_np(&actions_, options.cwd.c_str());
    return {};
  }

 private:
  posix_spawn_file_actions_t actions_{};
  std::vector<UniqueFd> kept_;
};

// Reads what is there; false at the end.
bool drain(int fd, std::string& into) {
  constexpr std::size_t kKept = 1 << 20;
  char buffer[16384];
  const ssize_t got = ::read(fd, buffer, sizeof buffer);
  if (got < 0) return errno == EINTR || errno == EAGAIN;
  if (got == 0) return false;
  if (into.size() < kKept) into.append(buffer, static_cast<std::size_t>(got));
  return true;
}

int remaining_ms(std::chrono::steady_clock::time_point deadline) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
      deadline - std::chrono::steady_clock::now());
  return static_cast<int>(std::max<std::int64_t>(left.count(), 0));
}

}  // namespace

ProcessId ProcessId::of(pid_t pid) {
  if (pid <= 0) return {};
  const auto state = read_state(pid);
  if (state.state == 0) return {};
  return {pid, state.start_time};
}

bool ProcessId::alive() const {
  if (pid <= 0) return false;
  const auto state = read_state(pid);
  return state.state != 0 && state.state != 'Z' && state.state != 'X' &&
         state.start_time == start_time;
}

Result<UniqueFd> ProcessId::open() const {
  if (pid <= 0) return Status(Code::kNotFound, "no process");
  UniqueFd fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!fd) return Status(Code::kNotFound, "process " + std::to_string(pid) + " is gone");
  if (!alive()) return Status(Code::kNotFound, "process " + std::to_string(pid) + " is gone");
  return fd;
}

Status ProcessId::signal(int number) const {
  auto fd = open();
  if (!fd.ok()) return {};
  if (::syscall(SYS_pidfd_send_signal, fd->get(), number, nullptr, 0) == 0 || errno == ESRCH)
    return {};
  return errno_status("signal " + signal_name(number));
}

const std::string& boot_id() {
  static const std::string id = [] {
    auto text = read_file("/proc/sys/kernel/random/boot_id", 256);
    return text.ok() ? text->substr(0, text->find('\n')) : std::string("unknown");
  }();
  return id;
}

Result<pid_t> spawn(const SpawnOptions& options) {
  FileActions actions;
  KUBUS_TRY(actions.fill(options));
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  sigset_t none;
  sigset_t all;
  ::sigemptyset(&none);
  ::sigfillset(&all);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setsigdefault(&attributes, &all);
  short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
  if (options.new_session) flags |= POSIX_SPAWN_SETSID;
  ::posix_spawnattr_setflags(&attributes, flags);
  const auto argv = pointers(options.argv);
  const auto env = pointers(options.env);
  pid_t pid = 0;
  const int error = ::posix_spawn(&pid, options.argv.front().c_str(), actions.get(), &attributes,
                                  argv.data(), env.data());
  ::posix_spawnattr_destroy(&attributes);
  if (error != 0) return errno_status(options.argv.front(), error);
  return pid;
}

int wait_exit(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0)
    if (errno != EINTR) return 255;
  if (WIFEXITED(status)) return WEXITSTATUS(status);
  return 128 + WTERMSIG(status);
}

Cancel::Cancel() : fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

void Cancel::signal() { (void)::eventfd_write(fd_.get(), 1); }

Result<RunResult> run(SpawnOptions options, std::chrono::milliseconds timeout,
                      const Cancel* cancel) {
  auto out = Pipe::make();
  auto err = Pipe::make();
  if (!out.ok()) return out.status();
  if (!err.ok()) return err.status();
  options.fds.emplace_back(out->write.get(), 1);
  options.fds.emplace_back(err->write.get(), 2);
  const auto pid = spawn(options);
  if (!pid.ok()) return pid.status();
  out->write.reset();
  err->write.reset();

  RunResult result;
  const UniqueFd ended(static_cast<int>(::syscall(SYS_pidfd_open, *pid, 0)));
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  pollfd fds[4] = {{out->read.get(), POLLIN, 0},
                   {err->read.get(), POLLIN, 0},
                   {ended.get(), POLLIN, 0},
                   {cancel ? cancel->fd() : -1, POLLIN, 0}};
  Status given_up;
  // Its end counts, not that of its output, which a daemon it left behind may hold open.
  for (bool running = true; running;) {
    const int ready = ::poll(fds, 4, remaining_ms(deadline));
    if (ready < 0 && errno != EINTR) break;
    if (ready == 0)
      given_up = {Code::kTimeout, options.argv.front() + " did not finish in time"};
    else if (ready > 0 && fds[3].revents)
      given_up = {Code::kUnavailable, options.argv.front() + " was cancelled"};
    if (!given_up.ok()) {
      ::kill(*pid, SIGKILL);
      break;
    }
    running = (fds[2].revents & POLLIN) == 0;
    if (fds[0].revents && !drain(fds[0].fd, result.out)) fds[0].fd = -1;
    if (fds[1].revents && !drain(fds[1].fd, result.err)) fds[1].fd = -1;
  }
  result.exit_code = wait_exit(*pid);
  for (auto [fd, text] :
       {std::pair{out->read.get(), &result.out}, {err->read.get(), &result.err}}) {
    ::fcntl(fd, F_SETFL, O_NONBLOCK);
    errno = 0;
    while (errno != EAGAIN && drain(fd, *text)) {
    }
  }
  if (!given_up.ok()) return given_up;
  return result;
}

Result<Pipe> Pipe::make() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) < 0) return errno_status("pipe");
  return Pipe{UniqueFd(ends[0]), UniqueFd(ends[1])};
}

int signal_number(std::string_view name) {
  int number = 0;
  const auto parsed = std::from_chars(name.data(), name.data() + name.size(), number);
  if (parsed.ec == std::errc() && parsed.ptr == name.data() + name.size())
    return number > 0 && number <= SIGRTMAX ? number : 0;
  std::string upper;
  for (const char c : name) upper += c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  if (upper.starts_with("SIG")) upper.erase(0, 3);
  for (const auto& [prefix, base] : {std::pair{"RTMIN+", SIGRTMIN}, {"RTMAX-", SIGRTMAX}}) {
    if (!upper.starts_with(prefix)) continue;
    const int offset = std::atoi(upper.c_str() + 6);
    const int real = prefix[4] == 'N' ? base + offset : base - offset;
    return real >= SIGRTMIN && real <= SIGRTMAX ? real : 0;
  }
  for (int candidate = 1; candidate < 32; ++candidate)
    if (const char* known = ::sigabbrev_np(candidate); known && upper == known) return candidate;
  return 0;
}

std::string signal_name(int number) {
  if (number >= SIGRTMIN && number <= SIGRTMAX)
    return "SIGRTMIN+" + std::to_string(number - SIGRTMIN);
  const char* known = ::sigabbrev_np(number);
  return known ? "SIG" + std::string(known) : std::to_string(number);
}

std::vector<std::string> minimal_env() {
  const char* path = std::getenv("PATH");
  return {std::string("PATH=") +
          (path && *path ? path : "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")};
}

Result<std::string> find_program(const std::string& name) {
  if (name.find('/') != std::string::npos) {
    if (::access(name.c_str(), X_OK) == 0) return name;
    return Status(Code::kNotFound, name + " is not an executable file");
  }
  std::istringstream path(minimal_env().front().substr(5) + ":/usr/sbin:/usr/bin:/sbin:/bin");
  for (std::string dir; std::getline(path, dir, ':');)
    if (const auto full = dir + "/" + name; ::access(full.c_str(), X_OK) == 0) return full;
  return Status(Code::kNotFound, name + " is not installed");
}

}  // namespace kubus::runtime_oci
