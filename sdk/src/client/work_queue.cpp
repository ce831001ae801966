#include "kubus/work_queue.h"

#include <condition_variable>
#include <mutex>

#include "kubus/context.h"
#include "queue_core.h"

namespace kubus {

struct WorkQueue::Impl : std::enable_shared_from_this<Impl> {
  Impl(Context& c, std::string n, std::size_t w, Work f)
      : context(c), name(std::move(n)), workers(w), work(std::move(f)) {}

  // A worker's place. Given back also when the pool drops the task without running it.
  struct Place {
    explicit Place(std::shared_ptr<Impl> impl) : queue(std::move(impl)) {}
    Place(Place&&) noexcept = default;
    ~Place() {
      if (!queue) return;
      std::lock_guard lock(queue->mutex);
      queue->leave();
    }
    std::shared_ptr<Impl> queue;
  };

  // Starts workers for ready keys, up to the limit. Called with `mutex` held.
  void dispatch() {
    while (!stopping && running < workers && running < core.in_progress() + core.ready()) {
      ++running;
      if (!context.pool().post([place = Place(shared_from_this())]() mutable { run(place); }))
        return;
    }
  }

  static void run(Place& place) {
    const std::shared_ptr<Impl> self = place.queue;
    std::unique_lock lock(self->mutex);
    while (!self->stopping) {
      auto key = self->core.take();
      if (!key) break;
      lock.unlock();
      self->settle(*key, self->attempt(*key));
      lock.lock();
    }
    self->leave();
    place.queue = nullptr;
  }

  // Called with `mutex` held, together with the finding that there is nothing to take: a key added
  // afterwards starts a worker of its own.
  void leave() {
    --running;
    idle.notify_all();
  }

  Outcome attempt(const std::string& key) {
    try {
      return work(key);
    } catch (const std::exception& e) {
      return Status(Code::kInternalError, std::string("exception: ") + e.what());
    }
  }

  void settle(const std::string& key, const Outcome& outcome) {
    if (!outcome.status().ok()) log_failure(key, outcome);
    std::lock_guard lock(mutex);
    const auto now = QueueCore::Clock::now();
    core.finish(key);
    if (!outcome.status().ok() && !outcome.is_terminal()) {
      core.add_at(key, now + core.failed(key));
    } else {
      core.forget(key);
      if (outcome.delay().count() > 0) core.add_at(key, now + outcome.delay());
    }
    arm();
    dispatch();
  }

  void log_failure(const std::string& key, const Outcome& outcome) {
    const Status& status = outcome.status();
    const bool news = status.code() != Code::kConflict && status.code() != Code::kCancelled;
    LogFields fields = {{"queue", name}, {"key", key}, {"error", status.to_string()}};
    if (news)
      context.log().warn("reconcile failed", fields);
    else
      context.log().debug("reconcile will be repeated", fields);
  }

  // Sets the timer for the earliest waiting key. Called with `mutex` held.
  void arm() {
    const auto due = core.next_due();
    if (!due || stopping || (armed && armed_for <= *due)) return;
    armed = true;
    armed_for = *due;
    const auto delay = std::max(*due - QueueCore::Clock::now(), QueueCore::Clock::duration(0));
    // Resetting a timer from the loop's own callback is allowed; from a worker it would wait for
    // that callback, which takes `mutex`: so the timer is set on the loop.
    std::weak_ptr<Impl> weak = weak_from_this();
    context.loop().post([weak, delay] {
      if (auto self = weak.lock()) self->set_timer(delay);
    });
  }

  void set_timer(QueueCore::Clock::duration delay) {
    std::weak_ptr<Impl> weak = weak_from_this();
    timer = context.loop().after(delay, [weak] {
      auto self = weak.lock();
      if (!self) return;
      std::lock_guard lock(self->mutex);
      self->armed = false;
      self->core.advance(QueueCore::Clock::now());
      self->arm();
      self->dispatch();
    });
  }

  void stop() {
    {
      std::unique_lock lock(mutex);
      stopping = true;
      idle.wait(lock, [this] { return running == 0; });
    }
    work = nullptr;
  }

  Context& context;
  const std::string name;
  const std::size_t workers;
  Work work;

  // Recursive: a pool that refuses a task destroys its Place right there.
  std::recursive_mutex mutex;
  std::condition_variable_any idle;
  // State below is protected by `mutex`.
  QueueCore core;
  std::size_t running = 0;
  bool stopping = false;
  bool armed = false;
  QueueCore::Clock::time_point armed_for;
  // Touched on the loop only.
  Registration timer;
};

WorkQueue::WorkQueue(Context& context, std::string name, std::size_t workers, Work work)
    : impl_(std::make_shared<Impl>(context, std::move(name), workers, std::move(work))) {}

WorkQueue::~WorkQueue() { impl_->stop(); }

void WorkQueue::add(const std::string& key) {
  std::lock_guard lock(impl_->mutex);
  impl_->core.add(key);
  impl_->dispatch();
}

void WorkQueue::add_after(const std::string& key, Duration delay) {
  if (delay.count() <= 0) return add(key);
  std::lock_guard lock(impl_->mutex);
  impl_->core.add_at(key, QueueCore::Clock::now() + delay);
  impl_->arm();
}

void WorkQueue::forget(const std::string& key) {
  std::lock_guard lock(impl_->mutex);
  impl_->core.forget(key);
}

std::size_t WorkQueue::size() const {
  std::lock_guard lock(impl_->mutex);
  return impl_->core.ready() + impl_->core.in_progress() + impl_->core.waiting();
}

}  // namespace kubus
