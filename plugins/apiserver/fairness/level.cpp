#include "fairness/level.h"

#include <algorithm>
#include <array>
#include <utility>

#include "fairness/hand.h"
#include "fairness/waiter.h"

namespace kubus::apiserver::fairness {
namespace {

// What a request is thought to take before it is known, in seconds.
constexpr double kGuess = 0.003;

double work_of(const Width& width) {
  return width.seats * kGuess + width.final_seats * in_seconds(width.after);
}

}  // namespace

std::string_view reason(Refusal refusal) {
  static constexpr std::array<std::string_view, 4> kReasons = {"queue-full", "concurrency-limit",
                                                               "time-out", "cancelled"};
  return kReasons.at(static_cast<std::size_t>(refusal));
}

void Seats::release() {
  if (!level_) return;
  const auto level = std::move(level_);
  level_ = nullptr;
  level->leave(*this);
}

Level::Level(std::string name, Surroundings surroundings)
    : name_(std::move(name)),
      surroundings_(std::move(surroundings)),
      passed_(surroundings_.now()),
      demand_(passed_) {}

void Level::configure(const LevelSettings& settings) {
  std::lock_guard lock(mutex_);
  settings_ = settings;
  // Queues that are no longer dealt are emptied first; they cost nothing after that.
  if (queues_.size() < settings.queues) queues_.resize(settings.queues);
}

void Level::set_limit(int seats) {
  Granted granted;
  {
    std::lock_guard lock(mutex_);
    const auto now = surroundings_.now();
    pass(now);
    limit_ = seats;
    dispatch(now, granted);
  }
  go_on(std::move(granted));
}

const FlowSeries* Level::series(const std::string& schema) {
  std::lock_guard lock(mutex_);
  auto& series = series_[schema];
  if (!series) series = std::make_unique<FlowSeries>(name_, schema);
  return series.get();
}

Demand Level::take_demand() {
  std::lock_guard lock(mutex_);
  const auto now = surroundings_.now();
  pass(now);
  return demand_.take(now);
}

Level::Entry Level::enter(const Arrival& arrival) {
  std::lock_guard lock(mutex_);
  const auto now = surroundings_.now();
  pass(now);
  if (settings_.exempt) return {grant(arrival, std::nullopt, now, {}), std::nullopt};
  std::optional<Refusal> refused;
  if (settings_.queues == 0) {
    if (fits(arrival.width.most())) return {grant(arrival, std::nullopt, now, {}), std::nullopt};
    refused = Refusal::kConcurrencyLimit;
  } else {
    const auto at = pick_queue(arrival.flow);
    // Whoever waits was here before.
    if (waiting_ == 0 && fits(arrival.width.most())) {
      begin_use(queues_[at]);
      return {grant(arrival, at, now, {}), std::nullopt};
    }
    if (closed_ || is_full(queues_[at])) refused = Refusal::kQueueFull;
  }
  if (refused) {
    ++rejected_;
    arrival.series->rejected(reason(*refused), {});
  }
  return {Seats(), refused};
}

void Level::leave(const Seats& seats) {
  Granted granted;
  {
    std::lock_guard lock(mutex_);
    const auto now = surroundings_.now();
    pass(now);
    const auto took = now - seats.begun_;
    const auto& width = seats.width_;
    seats.series_->finished(took);
    --executing_;
    if (seats.queue_ > 0) {
      auto& queue = queues_[seats.queue_ - 1];
      --queue.executing;
      // Now it is known what it took.
      queue.next -= width.seats * (kGuess - in_seconds(took));
      if (!queue.waiting.empty()) queue.next = std::max(queue.next, queue.waiting.front()->came_at);
      if (queue.idle()) --active_queues_;
    }
    const Late late{now + width.after, seats.queue_, width.most(), seats.series_};
    if (width.after > Duration::zero() && !settings_.exempt) {
      late_.push(late);
      arm_late(now);
    } else {
      free_seats(late, now);
    }
    dispatch(now, granted);
  }
  go_on(std::move(granted));
}

void Level::free_seats(const Late& late, Clock::time_point now) {
  seats_ -= late.seats;
  if (late.queue > 0) queues_[late.queue - 1].seats -= late.seats;
  late.series->freed(late.seats);
  count_demand(-late.seats, now);
}

void Level::pass(Clock::time_point now) {
  while (!late_.empty() && late_.top().due <= now) {
    const auto late = late_.top();
    late_.pop();
    pass_time(late.due);
    free_seats(late, late.due);
  }
  pass_time(now);
}

void Level::pass_time(Clock::time_point now) {
  const auto real = now - passed_;
  passed_ = now;
  if (active_queues_ == 0) return;
  time_ += in_seconds(real) * std::min(wanted_, limit_) / static_cast<double>(active_queues_);
}

bool Level::fits(int seats) const {
  // What is too large for the level is executed alone.
  return seats > limit_ ? executing_ == 0 : seats_ + seats <= limit_;
}

std::size_t Level::pick_queue(std::uint64_t flow) const {
  std::size_t best = 0;
  int least = -1;
  for (const auto at : Hand(flow, settings_.queues, settings_.hand)) {
    const int work = queues_[at].seats + queues_[at].waiting_seats;
    if (least >= 0 && work >= least) continue;
    least = work;
    best = at;
  }
  return best;
}

// A queue that had nothing to do has no claim to the time that passed meanwhile.
void Level::begin_use(Queue& queue) {
  if (!queue.idle()) return;
  queue.next = time_;
  ++active_queues_;
}

Seats Level::grant(const Arrival& arrival, std::optional<std::size_t> at, Clock::time_point now,
                   Duration waited) {
  Seats seats;
  seats.level_ = shared_from_this();
  seats.series_ = arrival.series;
  seats.begun_ = now;
  seats.width_ = arrival.width;
  const auto held = arrival.width.most();
  if (at) {
    auto& queue = queues_[*at];
    seats.queue_ = *at + 1;
    ++queue.executing;
    queue.seats += held;
    queue.next += work_of(arrival.width);
  }
  ++executing_;
  ++dispatched_;
  seats_ += held;
  count_demand(held, now);
  arrival.series->dispatched(held, waited);
  return seats;
}

// The queue whose first request would be done first; from the one after the last on, where several
// would be.
std::optional<std::size_t> Level::next_queue() const {
  std::optional<std::size_t> best;
  double earliest = 0;
  for (std::size_t i = 1; i <= queues_.size(); ++i) {
    const auto at = (last_queue_ + i) % queues_.size();
    const auto& queue = queues_[at];
    if (queue.waiting.empty()) continue;
    const double finish = queue.next + work_of(queue.waiting.front()->arrival.width);
    if (best && finish >= earliest) continue;
    best = at;
    earliest = finish;
  }
  return best;
}

void Level::dispatch(Clock::time_point now, Granted& granted) {
  while (waiting_ > 0) {
    const auto at = next_queue();
    if (!at || !fits(queues_[*at].waiting.front()->arrival.width.most())) return;
    auto& queue = queues_[*at];
    auto waiter = std::move(queue.waiting.front());
    queue.waiting.pop_front();
    --waiting_;
    last_queue_ = *at;
    const auto& arrival = waiter->arrival;
    queue.waiting_seats -= arrival.width.most();
    count_demand(-arrival.width.most(), now);
    arrival.series->unqueued();
    auto seats = grant(arrival, *at, now, now - waiter->came);
    if (!queue.waiting.empty()) queue.next = std::max(queue.next, queue.waiting.front()->came_at);
    granted.emplace_back(std::move(waiter), std::move(seats));
  }
}

void Level::count_demand(int seats, Clock::time_point now) {
  wanted_ += seats;
  demand_.set(wanted_, now);
}

void Level::go_on(Granted granted) {
  for (auto& [waiter, seats] : granted)
    surroundings_.run([waiter = std::move(waiter), seats = std::move(seats)]() mutable {
      waiter->done(std::move(seats), std::nullopt);
    });
}

}  // namespace kubus::apiserver::fairness
