// How requests wait in a level: their places, their clients' leaving, their deadlines.
#include <algorithm>
#include <utility>

#include "fairness/waiter.h"

namespace kubus::apiserver::fairness {

Level::WaiterPtr Level::place(const Arrival& arrival, std::string what, Done done) {
  auto waiter = std::make_shared<Waiter>();
  waiter->arrival = arrival;
  waiter->what = std::move(what);
  waiter->done = std::move(done);
  return waiter;
}

void Level::wait(const WaiterPtr& place) {
  const auto& arrival = place->arrival;
  Granted granted;
  std::optional<Refusal> refused;
  Done dropped;
  {
    std::lock_guard lock(mutex_);
    const auto now = surroundings_.now();
    pass(now);
    const auto at = settings_.queues > 0 ? pick_queue(arrival.flow) : 0;
    // Since enter() said that it may wait.
    if (place->given_up) {
      dropped = std::move(place->done);
    } else if (closed_ || settings_.queues == 0) {
      refused = Refusal::kConcurrencyLimit;
    } else if (is_full(queues_[at])) {
      refused = Refusal::kQueueFull;
    } else {
      place->came = now;
      place->deadline = now + arrival.patience;
      place->came_at = time_;
      place->queue = at;
      auto& queue = queues_[at];
      begin_use(queue);
      queue.waiting_seats += arrival.width.most();
      queue.waiting.push_back(place);
      ++waiting_;
      arrival.series->queued();
      count_demand(arrival.width.most(), now);
      dispatch(now, granted);
      if (waiting_ > 0) arm(now + arrival.patience, now);
      arm_late(now);
    }
    if (refused) ++rejected_;
  }
  if (refused) {
    arrival.series->rejected(reason(*refused), {});
    return place->done(Seats(), refused);
  }
  go_on(std::move(granted));
}

std::int64_t Level::retry_after() {
  std::lock_guard lock(mutex_);
  const auto now = surroundings_.now().time_since_epoch();
  return retry_after_.next(std::chrono::duration_cast<std::chrono::seconds>(now).count());
}

void Level::give_up(const WaiterPtr& place) {
  Granted granted;
  Done dropped;  // what it holds may call the level
  {
    std::lock_guard lock(mutex_);
    place->given_up = true;
    if (!place->queue) return;
    const auto now = surroundings_.now();
    pass(now);
    auto& queue = queues_[*place->queue];
    const auto found = std::find(queue.waiting.begin(), queue.waiting.end(), place);
    if (found == queue.waiting.end()) return;
    queue.waiting.erase(found);
    ++cancelled_;
    remove(queue, *place, now, Refusal::kCancelled);
    if (queue.idle()) --active_queues_;
    dropped = std::move(place->done);
    dispatch(now, granted);
  }
  go_on(std::move(granted));
}

void Level::remove(Queue& queue, const Waiter& waiter, Clock::time_point now, Refusal why) {
  const auto seats = waiter.arrival.width.most();
  --waiting_;
  queue.waiting_seats -= seats;
  count_demand(-seats, now);
  waiter.arrival.series->unqueued();
  waiter.arrival.series->rejected(reason(why), now - waiter.came);
}

void Level::close() {
  std::vector<WaiterPtr> dropped;
  std::lock_guard lock(mutex_);
  closed_ = true;
  for (auto& queue : queues_) {
    for (auto& waiter : queue.waiting) {
      waiter->arrival.series->unqueued();
      dropped.push_back(std::move(waiter));
    }
    if (!queue.waiting.empty() && queue.executing == 0) --active_queues_;
    wanted_ -= queue.waiting_seats;
    queue.waiting_seats = 0;
    queue.waiting.clear();
  }
  waiting_ = 0;
}

void Level::arm_late(Clock::time_point now) {
  if (waiting_ == 0 || late_.empty() || std::exchange(late_armed_, true)) return;
  surroundings_.after(late_.top().due - now, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->free_late();
  });
}

void Level::free_late() {
  Granted granted;
  {
    std::lock_guard lock(mutex_);
    late_armed_ = false;
    const auto now = surroundings_.now();
    pass(now);
    dispatch(now, granted);
    arm_late(now);
  }
  go_on(std::move(granted));
}

// One timer stands for all that wait: the earliest.
void Level::arm(Clock::time_point deadline, Clock::time_point now) {
  if (armed_ && *armed_ <= deadline) return;
  armed_ = deadline;
  surroundings_.after(deadline - now, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->expire();
  });
}

void Level::expire() {
  std::vector<WaiterPtr> late;
  Granted granted;
  {
    std::lock_guard lock(mutex_);
    const auto now = surroundings_.now();
    pass(now);
    armed_.reset();
    std::optional<Clock::time_point> next;
    for (auto& queue : queues_) {
      if (queue.waiting.empty()) continue;
      std::erase_if(queue.waiting, [&](WaiterPtr& waiter) {
        if (waiter->deadline > now) {
          next = std::min(next.value_or(waiter->deadline), waiter->deadline);
          return false;
        }
        ++timed_out_;
        remove(queue, *waiter, now, Refusal::kTimeOut);
        late.push_back(waiter);
        return true;
      });
      if (queue.idle()) --active_queues_;
    }
    // One that is gone may have been too large for the seats that others would do with.
    dispatch(now, granted);
    if (next) arm(*next, now);
  }
  for (auto& waiter : late)
    surroundings_.run([waiter] { waiter->done(Seats(), Refusal::kTimeOut); });
  go_on(std::move(granted));
}

Level::View Level::view() const {
  std::lock_guard lock(mutex_);
  View view;
  view.exempt = settings_.exempt;
  view.waiting = waiting_;
  view.executing = executing_;
  view.active_queues = active_queues_;
  view.dispatched = dispatched_;
  view.rejected = rejected_;
  view.timed_out = timed_out_;
  view.cancelled = cancelled_;
  const auto now = surroundings_.now();
  for (std::size_t at = 0; at < queues_.size(); ++at) {
    const auto& queue = queues_[at];
    view.queues.push_back(
        {queue.waiting.size(), queue.executing, queue.seats, queue.waiting_seats, queue.next});
    for (std::size_t place = 0; place < queue.waiting.size(); ++place) {
      const auto& waiter = *queue.waiting[place];
      view.waiters.push_back({waiter.arrival.series->schema(), waiter.what, at, place,
                              waiter.arrival.width.most(), now - waiter.came});
    }
  }
  return view;
}

}  // namespace kubus::apiserver::fairness
