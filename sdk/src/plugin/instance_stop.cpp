// The end of an instance: gate, drain, calls inside, sockets, threads, plugin; in this order.
#include <algorithm>
#include <utility>

#include "kubus/host.h"
#include "plugin/host_core.h"
#include "plugin/instance_impl.h"

namespace kubus::plugin {

// What the loop has come to, waited for by the stopper thread.
struct Steps {
  std::mutex mutex;
  std::condition_variable changed;
  bool drained = false;
  bool closed = false;
  bool cleared = false;

  void set(bool Steps::*step) {
    const std::lock_guard lock(mutex);
    this->*step = true;
    changed.notify_all();
  }
  bool wait_until(bool Steps::*step, core::Clock::time_point deadline) {
    std::unique_lock lock(mutex);
    return changed.wait_until(lock, deadline, [&] { return this->*step; });
  }
  void wait(bool Steps::*step) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return this->*step; });
  }
};

namespace {

// After the deadline, for closing what was cancelled.
constexpr std::chrono::milliseconds kGrace{500};

}  // namespace

void InstanceImpl::stop(std::chrono::milliseconds deadline) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || state_ == InstanceState::kStopped) return;
    stopping_ = true;
    state_ = InstanceState::kDraining;
  }
  report(InstanceState::kDraining, why());
  const auto until = core::Clock::now() + deadline;
  watch_stop(until);
  stopper_ = std::thread([this, until] { take_down(until); });
}

InstanceState InstanceImpl::wait_stopped(std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, timeout, [this] {
    return state_ == InstanceState::kStopped || state_ == InstanceState::kZombie;
  });
  return state_;
}

bool InstanceImpl::wait_ended(std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, std::max(timeout, std::chrono::milliseconds(0)),
                           [this] { return state_ == InstanceState::kStopped; });
}

void InstanceImpl::watch_stop(Deadline deadline) {
  if (&host_.self() == this) return;
  const auto left = deadline - core::Clock::now() + 2 * kGrace;
  host_.self()
      .loop()
      .after(left,
             [weak = weak_from_this()] {
               const auto self = weak.lock();
               if (!self || self->state() != InstanceState::kDraining) return;
               const std::string what = std::string("does not end; busy with ") +
                                        self->doing_.load() + "; still holds " +
                                        self->residue().to_string();
               if (self->move(InstanceState::kZombie, Status(Code::kTimeout, what)))
                 self->host_.leave(self->id(), self->generation(), false);
             })
      .detach();
}

void InstanceImpl::join_starter() {
  if (starter_.joinable()) starter_.join();
}

void InstanceImpl::take_down(Deadline deadline) {
  join_starter();
  doing_ = "drain";
  const auto steps = std::make_shared<Steps>();
  loop_.post([this, steps] { begin_drain(steps); });
  steps->wait_until(&Steps::drained, deadline);
  if (steps->drained) doing_ = "close";
  loop_.post([this, steps] {
    node_->close();
    steps->set(&Steps::closed);
  });
  // Everything was answered if the loop got as far as that.
  const bool clean =
      steps->wait_until(&Steps::closed, std::max(deadline, core::Clock::now()) + kGrace);
  host_.leave(id(), generation(), clean);
  steps->wait(&Steps::closed);
  doing_ = "pool tasks";
  pool_.stop();
  doing_ = "drop shared objects";
  loop_.post([this, steps] {
    const std::lock_guard lock(shared_mutex_);
    for (const auto& [key, object] : shared_) shared_left_.emplace_back(object);
    shared_.clear();
    steps->set(&Steps::cleared);
  });
  steps->wait(&Steps::cleared);
  doing_ = "stop the loop";
  loop_.stop();
  doing_ = "destroy";
  destroy_plugin();
  doing_ = "nothing";
  move(InstanceState::kStopped);
}

void InstanceImpl::begin_drain(const std::shared_ptr<Steps>& steps) {
  std::vector<Task> tasks;
  {
    const std::lock_guard lock(mutex_);
    draining_ = true;
    tasks.swap(on_drain_);
  }
  bool done = false;
  if (node_->responses()) node_->responses()->close_gate([] {});
  for (Task& task : tasks) {
    try {
      task();
    } catch (...) {
      core::report_exception(options_.id);
    }
  }
  tasks.clear();
  if (started_ && plugin_) {
    kubus_error error{};
    error.struct_size = sizeof error;
    try {
      if (descriptor_->drain(plugin_, &error) != 0)
        log_.warn("drain failed", {{"why", error.message}});
    } catch (...) {
      core::report_exception(options_.id);
    }
  }
  if (node_->responses())
    node_->responses()->close_gate([steps] { steps->set(&Steps::drained); });
  else
    done = true;
  if (done) steps->set(&Steps::drained);
}

void InstanceImpl::destroy_plugin() {
  {
    std::vector<Task> tasks;
    const std::lock_guard lock(mutex_);
    tasks.swap(on_drain_);
  }
  setup_ = {};
  if (!plugin_) return;
  try {
    descriptor_->destroy(std::exchange(plugin_, nullptr));
  } catch (...) {
    core::report_exception(options_.id);
  }
}

}  // namespace kubus::plugin
