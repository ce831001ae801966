// kubus-host: runs one plugin in a process of its own, started by kubusd, which passes a HostSpec
// on standard input.
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <iostream>
#include <iterator>

#include "daemon/log_sink.h"
#include "daemon/signals.h"
#include "kubus/host.h"
#include "kubus/kernel.pb.h"
#include "kubus/log.h"
#include "loader/library.h"
#include "supervisor/runner.h"

namespace kubus::kernel {
namespace {

constexpr int kStopped = 200;  // not a signal number: the instance has ended

// The plugin may allocate `limit` bytes beyond what this process holds before it is loaded.
void limit_memory(std::uint64_t limit) {
  std::ifstream statm("/proc/self/statm");
  std::uint64_t pages[6] = {};
  for (auto& count : pages) statm >> count;
  auto now = pages[5] * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  rlimit bound{now + limit, now + limit};
  ::setrlimit(RLIMIT_DATA, &bound);
}

int fail(const Status& status) {
  Logger("kubus-host").error("plugin cannot be hosted", {{"reason", status.message()}});
  return 1;
}

// The failure of a load is told to the kernel as that of an instance, which it waits for.
Result<kubus::Instance*> start_plugin(Host& host, const HostSpec& spec,
                                      std::unique_ptr<Library>& library) {
  auto instance = host.make_instance(instance_options(spec));
  if (!instance.ok()) return instance;
  auto opened = Library::open(spec.file());
  if (!opened.ok()) {
    (*instance)->start([why = opened.status()](Context&) { return why; });
    return instance;
  }
  library = std::move(*opened);
  (*instance)->start(library->descriptor());
  return instance;
}

int run(const HostSpec& spec) {
  set_up_logging(spec.log_level(), spec.log_format());
  Signals signals;
  auto host = Host::open({.run_dir = spec.run_dir(),
                          .role = HostRole::kHost,
                          .id = spec.process(),
                          .generation = spec.generation()});
  if (!host.ok()) return fail(host.status());
  (*host)->observe([&](const InstanceReport& report) {
    if (report.id == spec.id() && report.state == InstanceState::kStopped) Signals::wake(kStopped);
  });
  if (spec.memory_limit() > 0) limit_memory(spec.memory_limit());
  std::unique_ptr<Library> library;
  auto instance = start_plugin(**host, spec, library);
  if (!instance.ok()) return fail(instance.status());

  auto deadline = std::chrono::milliseconds(spec.drain_timeout_ms());
  for (int signal = 0; signal != kStopped;) {
    signal = signals.wait();
    if (signal == SIGHUP) continue;
    if (signal != kStopped) {
      (*instance)->stop(deadline);
      if ((*instance)->wait_stopped(deadline) != InstanceState::kStopped) ::_exit(1);
    }
  }
  auto closed = (*host)->close(std::chrono::seconds(1));
  // Nothing of the plugin is torn down by an exit that may race with what it left behind.
  ::_exit(closed.ok() ? 0 : 1);
}

}  // namespace
}  // namespace kubus::kernel

int main() {
  std::string input((std::istreambuf_iterator<char>(std::cin)), std::istreambuf_iterator<char>());
  kubus::kernel::HostSpec spec;
  if (input.empty() || !spec.ParseFromString(input)) {
    std::cerr << "kubus-host is started by kubusd and by nobody else\n";
    return 2;
  }
  // Ends with the kernel, and does not begin when that is gone already.
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != spec.parent_pid()) return 1;
  ::prctl(PR_SET_NAME, ("kubus:" + spec.id()).substr(0, 15).c_str());
  return kubus::kernel::run(spec);
}
