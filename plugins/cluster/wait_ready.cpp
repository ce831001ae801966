#include "wait_ready.h"

#include <k8s/core/v1/node.pb.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <filesystem>
#include <mutex>

#include "daemon_log.h"
#include "kubus/api/types.h"
#include "kubus/host.h"
#include "kubus/informer.h"
#include "kubus/rpc.h"
#include "kubus/unique_fd.h"
#include "plugin_states.h"

namespace kubus::cluster {
namespace {

using Clock = std::chrono::steady_clock;

constexpr rpc::Method<kernel::ListRequest, kernel::ListReply> kList{"kernel.v1", "List"};
constexpr std::chrono::milliseconds kLook{200};
// A plugin that failed is started again after 200 ms, 400 ms, and so on: for so long it may
// recover.
constexpr std::chrono::seconds kPatience{3};
constexpr std::chrono::seconds kSettle{5};

// Sleeps until something changes in the run directory, kubusd ends (false), or the deadline passes.
class StartWatch {
 public:
  StartWatch(const Cluster& cluster, int pid)
      : process_(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))),
        notify_(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) {
    std::error_code error;
    std::filesystem::create_directories(cluster.run_dir() + "/bus", error);
    for (const std::string& dir : {cluster.run_dir(), cluster.run_dir() + "/bus"})
      ::inotify_add_watch(notify_.get(), dir.c_str(), IN_CREATE | IN_MOVED_TO);
  }

  bool alive(int wait_ms) {
    pollfd fds[] = {{process_.get(), POLLIN, 0}, {notify_.get(), POLLIN, 0}};
    ::poll(fds, 2, wait_ms);
    char drained[4096];
    while (::read(notify_.get(), drained, sizeof drained) > 0) {
    }
    return process_ && !(fds[0].revents & POLLIN);
  }

 private:
  UniqueFd process_;
  UniqueFd notify_;
};

Status failure(Code code, std::string text, const std::vector<std::string>& reasons) {
  for (const auto& reason : reasons) text += "\n  " + reason;
  return Status(code, text);
}

Status ended(const Cluster& cluster, const Daemon& daemon) {
  int status = 0;
  ::waitpid(daemon.pid, &status, 0);
  const std::string how = WIFSIGNALED(status)
                              ? "was killed by signal " + std::to_string(WTERMSIG(status))
                              : "ended with code " + std::to_string(WEXITSTATUS(status));
  return failure(Code::kUnavailable, "kubusd " + how,
                 last_errors(cluster.log_file(), daemon.log_from));
}

Result<std::unique_ptr<Host>> join_bus(const Cluster& cluster, const Daemon& daemon,
                                       StartWatch& watch, Clock::time_point deadline) {
  for (;;) {
    auto host = Host::open({cluster.run_dir(), HostRole::kClient, "kubus", 1});
    if (host.ok()) return host;
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) return host.status().annotate("kubusd does not answer");
    if (!watch.alive(static_cast<int>(std::min<std::int64_t>(left.count(), 1000))))
      return ended(cluster, daemon);
  }
}

// The Ready condition of the cluster's node.
class NodeWatch {
 public:
  NodeWatch(Context& context, std::string name) : name_(std::move(name)), nodes_(context) {
    nodes_.on_change([this](const auto&, const auto& now) {
      if (!now || key_of(*now).name != name_) return;
      std::lock_guard lock(mutex_);
      for (const auto& condition : now->status().conditions())
        if (condition.type() == "Ready") condition_ = condition;
      changed_.notify_all();
    });
  }

  bool wait_until(Clock::time_point when) {
    std::unique_lock lock(mutex_);
    return changed_.wait_until(lock, when, [this] { return condition_.status() == "True"; });
  }
  std::string why_not() {
    std::lock_guard lock(mutex_);
    return condition_.message();
  }

 private:
  const std::string name_;
  std::mutex mutex_;
  std::condition_variable changed_;
  core_v1::NodeCondition condition_;
  Informer<core_v1::Node> nodes_;  // last: its callback uses the rest
};

// Keeps the last answer, and is false, when there is none.
bool look(bus::Client& bus, kernel::ListReply& list) {
  bus::CallOptions options;
  options.timeout = std::chrono::seconds(1);
  auto now = rpc::call_wait(bus, kList, {}, options);
  if (now.ok()) list = std::move(*now);
  return now.ok();
}

}  // namespace

Result<std::vector<std::string>> wait_ready(const Cluster& cluster, const Daemon& daemon,
                                            std::chrono::seconds timeout) {
  const auto deadline = Clock::now() + timeout;
  StartWatch watch(cluster, daemon.pid);
  auto host = join_bus(cluster, daemon, watch, deadline);
  if (!host.ok()) return host.status();
  Context& context = (*host)->self().context();
  const std::string node_is = "node " + cluster.node_name() + " is not Ready";

  NodeWatch node(context, cluster.node_name());
  kernel::ListReply list;
  auto unblocked = Clock::now();
  while (!node.wait_until(std::min(deadline, Clock::now() + kLook))) {
    if (!watch.alive(0)) return ended(cluster, daemon);
    const auto obstacles = look(context.bus(), list) ? find_obstacles(list) : Obstacles();
    if (obstacles.lines.empty()) unblocked = Clock::now();
    if (obstacles.lasting || Clock::now() - unblocked >= kPatience)
      return failure(Code::kUnavailable, node_is + " and will not be", obstacles.lines);
    if (Clock::now() < deadline) continue;
    const std::string why = node.why_not();
    return failure(Code::kTimeout, why.empty() ? node_is : node_is + ": " + why, complaints(list));
  }
  // The node may be Ready before the last plugin is.
  const auto enough = std::min(deadline, Clock::now() + kSettle);
  look(context.bus(), list);
  while (!settled(list) && Clock::now() < enough) {
    if (!watch.alive(10)) return ended(cluster, daemon);
    look(context.bus(), list);
  }
  return complaints(list);
}

}  // namespace kubus::cluster
