#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bundle.h"
#include "conmon.h"
#include "containers.h"

namespace kubus::runtime_oci {
namespace {

constexpr int kKilled = 128 + SIGKILL;
constexpr int kLost = 255;
// From KILL to giving up on a process that the kernel cannot end.
constexpr std::chrono::seconds kKillPatience(30);

std::string reason_of(int exit_code, bool oom) {
  if (oom) return "OOMKilled";
  return exit_code == 0 ? "Completed" : "Error";
}

// A stop under way: answered by the container's end, or by giving up.
struct Stopping {
  std::mutex mutex;
  Done done;
  Registration timer;

  void finish(const Status& status) {
    Done call;
    Registration spent;
    {
      const std::lock_guard lock(mutex);
      call = std::exchange(done, nullptr);
      spent = std::move(timer);
    }
    if (call) call(status);
  }
  void arm(Registration next) {
    Registration spent;
    const std::lock_guard lock(mutex);
    spent = std::move(timer);
    if (done) timer = std::move(next);
  }
};

}  // namespace

Result<Containers::Outcome> Containers::read_exit(const std::string& id) const {
  const auto path = node_.settings.exits() + "/" + id;
  const auto text = read_file(path, 64);
  if (!text.ok()) return text.status();
  struct stat info {};
  Outcome outcome;
  outcome.exit_code = std::atoi(text->c_str());
  outcome.finished_at = now_ns();
  if (::stat(path.c_str(), &info) == 0)
    outcome.finished_at = std::int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec;
  return outcome;
}

void Containers::on_exit_file(const std::string& id) {
  const auto entry = node_.registry.container(id);
  if (!entry.ok()) return;
  // Of a container that is being started, start() looks itself.
  if (node_.registry.describe(*entry).state() != runtime::CONTAINER_RUNNING) return;
  if (const auto outcome = read_exit(id); outcome.ok()) finish(*entry, *outcome);
}

void Containers::on_monitor_gone(const std::string& id) {
  const auto found = node_.registry.container(id);
  if (!found.ok()) return;
  const auto& entry = *found;
  if (const auto outcome = read_exit(id); outcome.ok()) return finish(entry, *outcome);
  ProcessId process;
  {
    const std::lock_guard lock(node_.registry.mutex);
    if (entry->record.message.state() != runtime::CONTAINER_RUNNING) return;
    process = entry->record.process;
  }
  // Nobody would read its output or learn its exit code any more.
  (void)process.signal(SIGKILL).ok();
  finish(entry, {kLost, now_ns(), "Unknown", "the container's monitor vanished"});
}

void Containers::finish(const ContainerPtr& entry, const Outcome& outcome) {
  runtime::Container result;
  std::vector<std::function<void(const Status&)>> waiting;
  const bool oom = node_.cgroups.oom_kills(entry->cgroup) > 0 && outcome.exit_code != 0;
  {
    const std::lock_guard lock(node_.registry.mutex);
    auto& container = entry->record.message;
    if (container.state() == runtime::CONTAINER_EXITED) return;
    container.set_state(runtime::CONTAINER_EXITED);
    container.set_exit_code(outcome.exit_code);
    container.set_finished_at(std::max(outcome.finished_at, container.started_at()));
    container.set_oom_killed(oom);
    if (outcome.exit_code == kKilled && (oom || entry->killed)) container.set_signal(SIGKILL);
    container.set_reason(outcome.reason.empty() ? reason_of(outcome.exit_code, oom)
                                                : outcome.reason);
    container.set_message(outcome.message);
    container.set_pid(0);
    if (const auto saved = node_.registry.save(*entry); !saved.ok())
      node_.log.warn("state of a container is not on disk", {{"error", saved.message()}});
    result = container;
    waiting.swap(entry->on_exit);
  }
  node_.events.container(runtime::Event::CONTAINER_EXITED, result);
  node_.pool.post([this, entry] { release(entry); });
  for (const auto& call : waiting) call({});
}

void Containers::release(const ContainerPtr& entry) {
  const std::lock_guard operation(entry->operation);
  const auto container = node_.registry.describe(entry);
  if (entry->released || container.state() != runtime::CONTAINER_EXITED) return;
  // Without a pid namespace of its own its children are still there.
  node_.cgroups.kill_all(entry->cgroup);
  if (const auto removed = node_.oci.remove(container.id()); !removed.ok())
    node_.log.warn("remains of a container",
                   {{"container", container.id()}, {"error", removed.message()}});
  node_.cgroups.remove(entry->cgroup);
  unmount_bundle(node_, container.id());
  (void)remove_tree(node_.settings.attach_dir() + "/" + attach_name(container.id())).ok();
  ::unlink((node_.settings.exits() + "/" + container.id()).c_str());
  entry->released = true;
}

void Containers::stop(const std::string& id, std::chrono::milliseconds timeout,
                      const std::string& signal_text, Done done) {
  const auto found = node_.registry.container(id);
  if (!found.ok()) return done({});
  const auto& entry = *found;
  auto stopping = std::make_shared<Stopping>();
  stopping->done = std::move(done);
  ProcessId process;
  std::string signal = signal_text;
  bool running = false;
  {
    const std::lock_guard lock(node_.registry.mutex);
    const auto& container = entry->record.message;
    running = container.state() == runtime::CONTAINER_RUNNING;
    process = entry->record.process;
    if (signal.empty()) signal = container.stop_signal();
    if (running) entry->on_exit.push_back([stopping](const Status& why) { stopping->finish(why); });
  }
  if (!running) return stopping->finish({});
  const auto kill = [this, entry, process, stopping] {
    {
      const std::lock_guard lock(node_.registry.mutex);
      entry->killed = true;
    }
    (void)process.signal(SIGKILL).ok();
    stopping->arm(node_.loop.after(kKillPatience, [stopping] {
      stopping->finish(Status(Code::kTimeout, "the container cannot be killed"));
    }));
  };
  if (timeout.count() <= 0) return kill();
  const int number = signal_number(signal);
  if (const auto sent = process.signal(number > 0 ? number : SIGTERM); !sent.ok())
    return stopping->finish(sent);
  stopping->arm(node_.loop.after(timeout, kill));
}

void Containers::abandon_stops() {
  for (const auto& entry : node_.registry.containers()) {
    std::vector<std::function<void(const Status&)>> waiting;
    {
      const std::lock_guard lock(node_.registry.mutex);
      waiting.swap(entry->on_exit);
    }
    for (const auto& call : waiting) call({Code::kUnavailable, "the runtime is being replaced"});
  }
}

void Containers::remove(const std::string& id, bool keep_log, Done done) {
  const auto found = node_.registry.container(id);
  if (!found.ok()) return done({});
  stop(id, std::chrono::milliseconds(0), "",
       [this, entry = *found, keep_log, done = std::move(done)](const Status& stopped) {
         if (!stopped.ok()) return done(stopped);
         const bool posted = node_.pool.post(
             [this, entry, keep_log, done] { done(finish_remove(entry, keep_log)); });
         if (!posted) done(Status(Code::kDraining, "the runtime is stopping"));
       });
}

Status Containers::finish_remove(const ContainerPtr& entry, bool keep_log) {
  runtime::Container container;
  std::shared_ptr<ProcessWatch> watch;
  {
    const std::lock_guard operation(entry->operation);
    const std::lock_guard lock(node_.registry.mutex);
    auto& current = entry->record.message;
    if (current.state() == runtime::CONTAINER_RUNNING)
      return {Code::kConflict, "the container was started meanwhile"};
    current.set_state(runtime::CONTAINER_EXITED);
    container = current;
    watch = std::move(entry->watch);
  }
  release(entry);
  const std::lock_guard operation(entry->operation);
  if (!node_.registry.container(container.id()).ok()) return {};  // another remove was faster
  KUBUS_TRY(remove_tree(node_.settings.container(container.id())));
  if (!keep_log && !container.log_path().empty()) ::unlink(container.log_path().c_str());
  release_images(node_, container);
  node_.registry.remove_container(container.id());
  node_.events.container(runtime::Event::CONTAINER_REMOVED, container);
  return {};
}

}  // namespace kubus::runtime_oci
