#include "wait_ready.h"

#include <k8s/core/v1/node.pb.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <condition_variable>
#include <filesystem>
#include <mutex>

#include "kubus/api/types.h"
#include "kubus/host.h"
#include "kubus/informer.h"

namespace kubus::cluster {
namespace {

using Clock = std::chrono::steady_clock;

bool is_ready(const core_v1::Node& node) {
  for (const auto& condition : node.status().conditions())
    if (condition.type() == "Ready") return condition.status() == "True";
  return false;
}

// Sleeps until something changes in the run directory, kubusd ends (false), or the deadline passes.
class StartWatch {
 public:
  StartWatch(const Cluster& cluster, int pid)
      : process_(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))),
        notify_(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) {
    std::error_code error;
    std::filesystem::create_directories(cluster.run_dir() + "/bus", error);
    for (const std::string& dir : {cluster.run_dir(), cluster.run_dir() + "/bus"})
      ::inotify_add_watch(notify_, dir.c_str(), IN_CREATE | IN_MOVED_TO);
  }
  ~StartWatch() {
    if (process_ >= 0) ::close(process_);
    if (notify_ >= 0) ::close(notify_);
  }
  StartWatch(const StartWatch&) = delete;
  StartWatch& operator=(const StartWatch&) = delete;

  bool alive(int wait_ms) {
    pollfd fds[] = {{process_, POLLIN, 0}, {notify_, POLLIN, 0}};
    ::poll(fds, 2, wait_ms);
    char drained[4096];
    while (::read(notify_, drained, sizeof drained) > 0) {
    }
    return process_ >= 0 && !(fds[0].revents & POLLIN);
  }

 private:
  int process_;
  int notify_;
};

Result<std::unique_ptr<Host>> join_bus(const Cluster& cluster, StartWatch& watch,
                                       Clock::time_point deadline) {
  for (;;) {
    auto host = Host::open({cluster.run_dir(), HostRole::kClient, "kubus", 1});
    if (host.ok()) return host;
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) return host.status().annotate("kubusd does not answer");
    if (!watch.alive(static_cast<int>(std::min<std::int64_t>(left.count(), 1000))))
      return Status(Code::kUnavailable, "kubusd ended; see " + cluster.log_file());
  }
}

}  // namespace

Status wait_ready(const Cluster& cluster, int pid, std::chrono::seconds timeout) {
  const auto deadline = Clock::now() + timeout;
  StartWatch watch(cluster, pid);
  auto host = join_bus(cluster, watch, deadline);
  if (!host.ok()) return host.status();

  std::mutex mutex;
  std::condition_variable changed;
  bool ready = false;
  Informer<core_v1::Node> nodes((*host)->self().context());
  nodes.on_change([&](const auto&, const auto& now) {
    if (!now || key_of(*now).name != cluster.node_name()) return;
    std::lock_guard lock(mutex);
    ready = is_ready(*now);
    changed.notify_all();
  });
  std::unique_lock lock(mutex);
  while (!ready) {
    if (Clock::now() >= deadline)
      return Status(Code::kTimeout,
                    "node " + cluster.node_name() + " is not Ready; see " + cluster.log_file());
    changed.wait_until(lock, std::min(deadline, Clock::now() + std::chrono::seconds(1)));
    if (!watch.alive(0))
      return Status(Code::kUnavailable, "kubusd ended; see " + cluster.log_file());
  }
  return {};
}

}  // namespace kubus::cluster
