// A priority level: the seats that its requests share, and the queues in which those wait that find
// none. Queues are served by virtual time, so that each that has something to do gets as much of
// the server as any other.
//
// Thread safety: all members from any thread. What waits goes on where Surroundings::run says.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <queue>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fairness/demand.h"
#include "fairness/retry_after.h"
#include "fairness/series.h"
#include "fairness/width.h"
#include "kubus/function.h"
#include "kubus/loop.h"

namespace kubus::apiserver::fairness {

enum class Refusal : std::uint8_t { kQueueFull, kConcurrencyLimit, kTimeOut, kCancelled };
std::string_view reason(Refusal refusal);

// The clock, the thread and the timers, which tests have of their own.
struct Surroundings {
  std::function<Clock::time_point()> now;
  std::function<void(Task)> run;              // soon, on a thread that may serve requests
  std::function<void(Duration, Task)> after;  // once
};

struct LevelSettings {
  bool exempt = false;
  std::size_t queues = 0;  // none: what finds no seat is refused
  std::size_t hand = 0;
  std::size_t queue_length = 0;
};

struct Arrival {
  const FlowSeries* series = nullptr;  // of the level
  std::uint64_t flow = 0;              // the hash of its flow
  Width width;
  Duration patience{};  // how long it waits at most
};

class Level;

// What an executed request holds until it is dropped.
class Seats {
 public:
  Seats() = default;
  Seats(Seats&& other) noexcept = default;
  Seats& operator=(Seats&& other) noexcept {
    if (this != &other) {
      release();
      level_ = std::move(other.level_);
      series_ = other.series_;
      begun_ = other.begun_;
      queue_ = other.queue_;
      width_ = other.width_;
    }
    return *this;
  }
  ~Seats() { release(); }
  void release();
  explicit operator bool() const { return level_ != nullptr; }

 private:
  friend class Level;
  std::shared_ptr<Level> level_;
  const FlowSeries* series_ = nullptr;
  Clock::time_point begun_;
  std::size_t queue_ = 0;  // counted from 1; 0: none
  Width width_;
};

class Level : public std::enable_shared_from_this<Level> {
 public:
  Level(std::string name, Surroundings surroundings);

  const std::string& name() const { return name_; }
  void configure(const LevelSettings& settings);
  void set_limit(int seats);
  // Found once and valid as long as the level.
  const FlowSeries* series(const std::string& schema);
  // The seats wanted since the last call.
  Demand take_demand();

  // Without waiting: seats, or why there are none; neither when it may wait().
  struct Entry {
    Seats seats;
    std::optional<Refusal> refused;
  };
  Entry enter(const Arrival& arrival);
  // A place in a queue, first to be prepared and then to be taken. `done` runs with seats, or with
  // why there are none, once; it is dropped uncalled when the place is given up, or the level
  // closes. `what` describes the request to people.
  using Done = UniqueFunction<void(Seats, std::optional<Refusal>)>;
  struct Waiter;
  using WaiterPtr = std::shared_ptr<Waiter>;
  static WaiterPtr place(const Arrival& arrival, std::string what, Done done);
  void wait(const WaiterPtr& place);
  // Whoever asked is gone. Before wait(), too, and when it is too late.
  void give_up(const WaiterPtr& place);
  // How many seconds a request that was refused is to wait; to be asked once for each.
  std::int64_t retry_after();
  // Drops what waits; whatever comes is refused.
  void close();

  struct QueueView {
    std::size_t waiting = 0, executing = 0;
    int seats = 0, waiting_seats = 0;
    double next = 0;
  };
  struct WaiterView {
    std::string schema, what;
    std::size_t queue = 0, place = 0;
    int seats = 0;
    Duration waited{};
  };
  struct View {
    bool exempt = false;
    std::size_t waiting = 0, executing = 0, active_queues = 0;
    std::uint64_t dispatched = 0, rejected = 0, timed_out = 0, cancelled = 0;
    std::vector<QueueView> queues;
    std::vector<WaiterView> waiters;
  };
  View view() const;

 private:
  friend class Seats;
  struct Queue {
    std::deque<WaiterPtr> waiting;
    std::size_t executing = 0;
    int seats = 0, waiting_seats = 0;
    double next = 0;  // the virtual time at which its next request would begin
    bool idle() const { return executing == 0 && waiting.empty(); }
  };
  using Granted = std::vector<std::pair<WaiterPtr, Seats>>;
  // Seats of a request that is done, until those who watch have been told.
  struct Late {
    Clock::time_point due;
    std::size_t queue = 0;
    int seats = 0;
    const FlowSeries* series = nullptr;
    bool operator>(const Late& other) const { return due > other.due; }
  };

  void leave(const Seats& seats);
  // All of these with the lock held.
  void pass(Clock::time_point now);
  void pass_time(Clock::time_point now);
  void free_seats(const Late& late, Clock::time_point now);
  // Takes it out of its queue.
  void remove(Queue& queue, const Waiter& waiter, Clock::time_point now, Refusal why);
  bool fits(int seats) const;
  // Also while seats are left that do not do for a wide one in front: all behind it wait.
  bool is_full(const Queue& queue) const { return queue.waiting.size() >= settings_.queue_length; }
  std::size_t pick_queue(std::uint64_t flow) const;
  void begin_use(Queue& queue);
  // No queue where there are none.
  Seats grant(const Arrival& arrival, std::optional<std::size_t> at, Clock::time_point now,
              Duration waited);
  std::optional<std::size_t> next_queue() const;
  void dispatch(Clock::time_point now, Granted& granted);
  void count_demand(int seats, Clock::time_point now);
  void arm(Clock::time_point deadline, Clock::time_point now);
  // Nobody need wait for late seats longer than they are held.
  void arm_late(Clock::time_point now);

  void expire();
  void free_late();
  void go_on(Granted granted);

  const std::string name_;
  const Surroundings surroundings_;
  mutable std::mutex mutex_;
  LevelSettings settings_;
  bool closed_ = false;
  int limit_ = 0;
  std::vector<Queue> queues_;
  std::size_t last_queue_ = 0;  // the one that was served last
  std::size_t waiting_ = 0, executing_ = 0, active_queues_ = 0;
  int seats_ = 0;    // in use
  int wanted_ = 0;   // in use and waited for
  double time_ = 0;  // virtual, in seconds of a seat
  Clock::time_point passed_;
  DemandMeter demand_;
  std::uint64_t dispatched_ = 0, rejected_ = 0, timed_out_ = 0, cancelled_ = 0;
  RetryAfter retry_after_;
  std::optional<Clock::time_point> armed_;
  // The first to be free on top. They are freed when something happens, and by a timer only where
  // somebody waits for them.
  std::priority_queue<Late, std::vector<Late>, std::greater<>> late_;
  bool late_armed_ = false;
  std::map<std::string, std::unique_ptr<FlowSeries>> series_;
};

}  // namespace kubus::apiserver::fairness
