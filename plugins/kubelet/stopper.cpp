#include "stopper.h"

#include <map>
#include <mutex>

#include "kubus/context.h"
#include "kubus/events.h"
#include "retry.h"

namespace kubus::kubelet {

using Clock = std::chrono::steady_clock;

namespace {
constexpr std::chrono::seconds kRetry{1};
}

struct Stopper::Impl : std::enable_shared_from_this<Impl> {
  Impl(Context& c, NodeRuntime& r, Hooks& h, EventRecorder& e,
       std::function<void(const std::string&)> on_end)
      : context(c), runtime(r), hooks(h), events(e), ended(std::move(on_end)) {}

  struct Entry {
    PodPtr pod;
    std::string name, pod_uid;
    Clock::time_point deadline;
    bool hook = false;  // runs
    bool hold = false;
    Clock::time_point told{};  // the deadline the runtime knows; unset: not told to stop yet
    Registration call, retry;
  };

  void run_hook(const std::string& id, const Order& order) {
    const auto& hook = order.spec->lifecycle().prestop();
    const Hooks::Target target{order.pod, id, order.pod->status().podip(), order.spec};
    std::weak_ptr<Impl> weak = weak_from_this();
    const auto time = std::chrono::ceil<std::chrono::seconds>(order.deadline - Clock::now());
    hooks.run(hook, target, time,
              [weak, id, pod = order.pod, name = order.spec->name()](const Status& ran) {
                auto self = weak.lock();
                if (!self) return;
                if (!ran.ok())
                  self->events.record(*pod, field_path(*pod, name), "Warning", "FailedPreStopHook",
                                      "PreStopHook failed");
                self->hook_over(id);
              });
  }

  void hook_over(const std::string& id) {
    {
      std::lock_guard lock(mutex);
      auto it = entries.find(id);
      if (it == entries.end()) return;
      it->second.hook = false;
    }
    advance(id);
  }

  // Tells the runtime, once nothing stands in the way, and again when the time got shorter.
  void advance(const std::string& id) {
    std::chrono::milliseconds grace{0};
    {
      std::lock_guard lock(mutex);
      auto it = entries.find(id);
      if (it == entries.end()) return;
      Entry& entry = it->second;
      const auto now = Clock::now();
      if ((entry.hook || entry.hold) && now < entry.deadline) return;
      const bool told = entry.told != Clock::time_point();
      if (told && entry.deadline >= entry.told) return;
      entry.told = entry.deadline;
      grace = std::max(std::chrono::duration_cast<std::chrono::milliseconds>(entry.deadline - now),
                       std::chrono::milliseconds(kLeastGrace));
    }
    std::weak_ptr<Impl> weak = weak_from_this();
    Registration call = runtime.stop_later(id, grace, [weak, id](const Status& stopped) {
      if (auto self = weak.lock()) self->over(id, stopped);
    });
    std::lock_guard lock(mutex);
    if (auto it = entries.find(id); it != entries.end()) std::swap(it->second.call, call);
  }

  // On the Loop.
  void over(const std::string& id, const Status& stopped) {
    Entry spent;
    {
      std::lock_guard lock(mutex);
      auto it = entries.find(id);
      if (it == entries.end()) return;
      if (!stopped.ok()) return try_again(id, it->second, stopped);
      spent = std::move(it->second);
      entries.erase(it);
    }
    ended(spent.pod_uid);
  }

  // Its order stands, and its hook has had its turn.
  void try_again(const std::string& id, Entry& entry, const Status& why) {
    if (!was_away(why))
      context.log().warn("container not stopped",
                         {{"container", entry.name}, {"error", why.to_string()}});
    entry.told = {};
    std::weak_ptr<Impl> weak = weak_from_this();
    entry.retry = context.loop().after(kRetry, [weak, id] {
      if (auto self = weak.lock()) self->advance(id);
    });
  }

  Context& context;
  NodeRuntime& runtime;
  Hooks& hooks;
  EventRecorder& events;
  const std::function<void(const std::string&)> ended;
  std::mutex mutex;
  std::map<std::string, Entry> entries;  // by container id
};

Stopper::Stopper(Context& context, NodeRuntime& runtime, Hooks& hooks, EventRecorder& events,
                 std::function<void(const std::string&)> ended)
    : impl_(std::make_shared<Impl>(context, runtime, hooks, events, std::move(ended))) {}

Stopper::~Stopper() {
  std::map<std::string, Impl::Entry> entries;
  std::lock_guard lock(impl_->mutex);
  entries.swap(impl_->entries);
}

bool Stopper::stop(const Order& order) {
  const std::string& id = order.container.id();
  bool first = false;
  bool has_hook = false;
  {
    std::lock_guard lock(impl_->mutex);
    auto [it, added] = impl_->entries.try_emplace(id);
    first = added;
    Impl::Entry& entry = it->second;
    if (added) {
      has_hook =
          order.spec && order.spec->lifecycle().has_prestop() && order.deadline > Clock::now();
      entry.pod = order.pod;
      entry.name = order.container.config().name();
      entry.pod_uid = order.container.pod_uid();
      entry.deadline = order.deadline;
      entry.hook = has_hook;
      entry.hold = order.hold;
    } else {
      entry.deadline = std::min(entry.deadline, order.deadline);
      entry.hold = entry.hold && order.hold;
    }
  }
  if (has_hook) impl_->run_hook(id, order);
  impl_->advance(id);
  return first;
}

void Stopper::forget(const std::string& pod_uid) {
  std::vector<Impl::Entry> gone;  // destroyed without the lock: may wait for the Loop
  std::lock_guard lock(impl_->mutex);
  for (auto it = impl_->entries.begin(); it != impl_->entries.end();) {
    if (it->second.pod_uid == pod_uid) {
      gone.push_back(std::move(it->second));
      it = impl_->entries.erase(it);
    } else {
      ++it;
    }
  }
}

}  // namespace kubus::kubelet
