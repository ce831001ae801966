// A level by a clock that the test turns.
#include "fairness/level.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "fairness/hand.h"

namespace kubus::apiserver::fairness {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class LevelTest : public ::testing::Test {
 protected:
  // Seats that are given back go to those that wait, who are told by a task.
  void TearDown() override {
    if (level_) level_->close();
    held_.clear();
    run();
  }
  void make(const LevelSettings& settings, int seats) {
    level_ = std::make_shared<Level>(
        "l",
        Surroundings{
            [this] { return now_; }, [this](Task task) { tasks_.push_back(std::move(task)); },
            [this](Duration delay, Task task) { timers_.emplace(now_ + delay, std::move(task)); }});
    level_->configure(settings);
    level_->set_limit(seats);
    series_ = level_->series("s");
  }
  Arrival arrival(std::uint64_t flow, int seats = 1) const {
    return {series_, flow, {seats, 0, {}}, seconds(15)};
  }
  Seats enter(std::uint64_t flow, int seats = 1) {
    auto entry = level_->enter(arrival(flow, seats));
    EXPECT_TRUE(entry.seats) << "must wait or was refused";
    return std::move(entry.seats);
  }
  bool must_wait(std::uint64_t flow, int seats = 1) {
    const auto entry = level_->enter(arrival(flow, seats));
    return !entry.seats && !entry.refused;
  }
  std::optional<Refusal> refusal(std::uint64_t flow, int seats = 1) {
    return level_->enter(arrival(flow, seats)).refused;
  }
  // Waits; what comes of it is told by its name in granted_ or refused_.
  Level::WaiterPtr place(const Arrival& arrival, const std::string& name) {
    return Level::place(arrival, name, [this, name](Seats got, std::optional<Refusal> why) {
      if (why) return void(refused_.push_back(name + " " + std::string(reason(*why))));
      granted_.push_back(name);
      held_.push_back(std::move(got));
    });
  }
  Level::WaiterPtr wait(std::uint64_t flow, const std::string& name, int seats = 1) {
    auto waiter = place(arrival(flow, seats), name);
    level_->wait(waiter);
    run();
    return waiter;
  }
  void run() {
    while (!tasks_.empty()) {
      auto task = std::move(tasks_.front());
      tasks_.pop_front();
      task();
    }
  }
  // The oldest of those that hold seats is done.
  void finish_one() {
    ASSERT_FALSE(held_.empty());
    held_.pop_front();
    run();
  }
  void turn(Clock::duration time) {
    now_ += time;
    while (!timers_.empty() && timers_.begin()->first <= now_) {
      auto task = std::move(timers_.begin()->second);
      timers_.erase(timers_.begin());
      task();
    }
    run();
  }
  using Names = std::vector<std::string>;

  Clock::time_point now_{seconds(1000)};
  std::deque<Task> tasks_;
  std::multimap<Clock::time_point, Task> timers_;
  std::shared_ptr<Level> level_;
  const FlowSeries* series_ = nullptr;
  Names granted_, refused_;
  std::deque<Seats> held_;
};

TEST_F(LevelTest, SeatsAreHeldUntilTheyAreDropped) {
  make({false, 8, 2, 10}, 2);
  auto one = enter(1);
  {
    const auto two = enter(2);
    EXPECT_TRUE(must_wait(3));
  }
  auto two = enter(3);
  EXPECT_TRUE(must_wait(4));
  two.release();
  two.release();
  EXPECT_EQ(level_->view().executing, 1u);
  EXPECT_FALSE(must_wait(4));
}

TEST_F(LevelTest, WhoWaitsGoesOnWhenASeatIsFree) {
  make({false, 8, 1, 10}, 1);
  auto one = enter(1);
  wait(1, "a");
  wait(1, "b");
  EXPECT_EQ(granted_, Names());
  EXPECT_EQ(level_->view().waiting, 2u);
  // There is nobody before them who overtakes.
  EXPECT_TRUE(must_wait(2));
  one.release();
  run();
  EXPECT_EQ(granted_, Names({"a"}));
  finish_one();
  EXPECT_EQ(granted_, Names({"a", "b"}));
  finish_one();
  const auto view = level_->view();
  EXPECT_EQ(view.executing + view.waiting + view.active_queues, 0u);
  EXPECT_EQ(view.dispatched, 3u);
}

TEST_F(LevelTest, ASeatThatCameFreeMeanwhileIsTakenAtOnce) {
  make({false, 8, 2, 10}, 1);
  auto one = enter(1);
  ASSERT_TRUE(must_wait(2));
  one.release();
  wait(2, "a");
  EXPECT_EQ(granted_, Names({"a"}));
}

TEST_F(LevelTest, AFloodOfOneFlowLeavesOthersTheirTurn) {
  make({false, 64, 1, 1000}, 1);
  auto one = enter(1);
  for (int i = 0; i < 100; ++i) wait(1, "flood");
  for (int i = 0; i < 5; ++i) wait(2, "other");
  one.release();
  run();
  for (int i = 0; i < 12; ++i) {
    turn(milliseconds(10));
    finish_one();
  }
  // Turn by turn, as long as the other has something to do.
  EXPECT_EQ(std::count(granted_.begin(), granted_.begin() + 11, "other"), 5);
}

TEST_F(LevelTest, AFlowOfLongRequestsGetsNoMoreTimeThanOneOfShortOnes) {
  make({false, 64, 1, 1000}, 1);
  auto one = enter(3);
  for (int i = 0; i < 200; ++i) {
    wait(1, "long");
    wait(2, "short");
  }
  one.release();
  run();
  std::map<std::string, milliseconds> time;
  for (int i = 0; i < 120; ++i) {
    const auto& name = granted_.back();
    const auto took = name == "long" ? milliseconds(100) : milliseconds(10);
    time[name] += took;
    turn(took);
    finish_one();
    ASSERT_FALSE(granted_.empty());
  }
  EXPECT_NEAR(static_cast<double>(time["long"].count()), static_cast<double>(time["short"].count()),
              200);
}

TEST_F(LevelTest, WhatIsTooMuchForItsQueuesIsRefused) {
  make({false, 4, 1, 2}, 1);
  auto one = enter(1);
  wait(1, "a");
  wait(1, "b");
  EXPECT_EQ(refusal(1), Refusal::kQueueFull);
  wait(1, "c");
  EXPECT_EQ(refused_, Names({"c queue-full"}));
  // Another queue has room.
  EXPECT_TRUE(must_wait(2));
  EXPECT_EQ(level_->view().rejected, 2u);
}

TEST_F(LevelTest, WithoutQueuesWhatFindsNoSeatIsRefused) {
  make({false, 0, 0, 0}, 1);
  auto one = enter(1);
  EXPECT_EQ(refusal(2), Refusal::kConcurrencyLimit);
  one.release();
  EXPECT_FALSE(refusal(2));
}

TEST_F(LevelTest, NobodyWaitsForeverAndTheOthersWaitOn) {
  make({false, 8, 1, 10}, 1);
  auto one = enter(1);
  wait(1, "a");
  turn(seconds(10));
  wait(2, "b");
  turn(seconds(5));
  EXPECT_EQ(refused_, Names({"a time-out"}));
  EXPECT_EQ(level_->view().waiting, 1u);
  turn(seconds(10));
  EXPECT_EQ(refused_, Names({"a time-out", "b time-out"}));
  one.release();
  run();
  EXPECT_EQ(granted_, Names());
  EXPECT_EQ(level_->view().active_queues, 0u);
  EXPECT_EQ(level_->view().timed_out, 2u);
}

TEST_F(LevelTest, ALargeRequestWaitsForItsSeatsAndOneTooLargeIsAlone) {
  make({false, 8, 1, 10}, 4);
  auto small = enter(1);
  auto large = enter(2, 3);
  EXPECT_TRUE(must_wait(3));
  large.release();
  EXPECT_FALSE(must_wait(3, 3));
  EXPECT_TRUE(must_wait(3, 4));
  wait(3, "huge", 10);
  EXPECT_EQ(granted_, Names());
  small.release();
  run();
  EXPECT_EQ(granted_, Names({"huge"}));
  EXPECT_TRUE(must_wait(1));
}

TEST_F(LevelTest, ExemptOnesAreCountedAndNeverWait) {
  make({true, 0, 0, 0}, 0);
  std::vector<Seats> all;
  for (int i = 0; i < 100; ++i) all.push_back(enter(1));
  EXPECT_EQ(level_->view().executing, 100u);
  now_ += seconds(1);
  EXPECT_EQ(level_->take_demand().most, 100);
}

TEST_F(LevelTest, MoreSeatsLetThoseWhoWaitGoOn) {
  make({false, 8, 2, 10}, 1);
  auto one = enter(1);
  wait(2, "a");
  wait(3, "b");
  level_->set_limit(3);
  run();
  EXPECT_EQ(granted_, Names({"a", "b"}));
}

TEST_F(LevelTest, ChangedQueuesServeWhatWaitsInOldOnes) {
  make({false, 64, 1, 10}, 1);
  auto one = enter(1);
  for (std::uint64_t flow = 1; flow <= 10; ++flow) wait(flow, "w");
  level_->configure({false, 0, 0, 0});
  one.release();
  run();
  while (!held_.empty()) finish_one();
  EXPECT_EQ(granted_.size(), 10u);
  EXPECT_EQ(level_->view().active_queues, 0u);
}

TEST_F(LevelTest, ClosedItDropsWhatWaits) {
  make({false, 8, 2, 10}, 1);
  auto one = enter(1);
  wait(2, "a");
  level_->close();
  one.release();
  run();
  EXPECT_EQ(granted_, Names());
  wait(2, "b");
  EXPECT_EQ(refused_, Names({"b concurrency-limit"}));
}

TEST_F(LevelTest, DemandIsSeatsInUseAndWaitedFor) {
  make({false, 8, 2, 10}, 1);
  static_cast<void>(level_->take_demand());
  auto one = enter(1);
  wait(1, "a");
  turn(seconds(1));
  one.release();
  run();
  turn(seconds(1));
  const auto demand = level_->take_demand();
  EXPECT_DOUBLE_EQ(demand.average, 1.5);
  EXPECT_DOUBLE_EQ(demand.deviation, 0.5);
  EXPECT_EQ(demand.most, 2);
}

TEST(Hand, HoldsDifferentCardsAndIsTheSameForTheSameHash) {
  for (std::uint64_t hash = 1; hash < 2000; ++hash) {
    const auto mixed = hash * 0x9e3779b97f4a7c15ULL;
    const Hand hand(mixed, 64, 6);
    const std::set<std::size_t> cards(hand.begin(), hand.end());
    ASSERT_EQ(cards.size(), 6u);
    ASSERT_LT(*cards.rbegin(), 64u);
    const Hand again(mixed, 64, 6);
    ASSERT_TRUE(std::equal(hand.begin(), hand.end(), again.begin(), again.end()));
  }
  EXPECT_EQ(Hand(12345, 4, 4).size(), 4u);
  EXPECT_EQ(Hand(12345, 3, 8).size(), 3u);
}

TEST(Hand, EveryCardIsDealtAboutAsOften) {
  std::vector<int> dealt(16);
  for (std::uint64_t hash = 0; hash < 16 * 15 * 14; ++hash)
    for (const auto card : Hand(hash, 16, 3)) ++dealt[card];
  // All hands there are: each card in exactly as many.
  for (const int count : dealt) EXPECT_EQ(count, 3 * 15 * 14);
}

TEST(Hand, FewFlowsHaveAllTheirQueuesInCommonWithAFlood) {
  const Hand flood(0x1234567890abcdefULL, 128, 6);
  const std::set<std::size_t> taken(flood.begin(), flood.end());
  int shut_out = 0;
  for (std::uint64_t flow = 1; flow <= 10'000; ++flow) {
    const Hand hand(flow * 0x9e3779b97f4a7c15ULL, 128, 6);
    shut_out += std::all_of(hand.begin(), hand.end(),
                            [&](std::size_t card) { return taken.contains(card); });
  }
  EXPECT_EQ(shut_out, 0);
}

TEST_F(LevelTest, ItsFinalSeatsAreHeldForATime) {
  make({false, 8, 1, 10}, 4);
  auto change = arrival(1);
  change.width = {1, 3, milliseconds(5)};
  auto seats = std::move(level_->enter(change).seats);
  ASSERT_TRUE(seats);
  // It has the larger of the two from the beginning.
  const auto second = enter(2);
  EXPECT_TRUE(must_wait(3));
  seats.release();
  EXPECT_EQ(level_->view().executing, 1u);
  EXPECT_TRUE(must_wait(3));
  // Nobody waits yet, so nothing is to happen then.
  EXPECT_TRUE(timers_.empty());
  now_ += milliseconds(4);
  EXPECT_TRUE(must_wait(3));
  now_ += milliseconds(1);
  EXPECT_FALSE(must_wait(3));
}

TEST_F(LevelTest, WhoWaitsGoesOnWhenFinalSeatsAreFree) {
  make({false, 8, 1, 10}, 2);
  auto change = arrival(1);
  change.width = {1, 2, milliseconds(5)};
  auto seats = std::move(level_->enter(change).seats);
  wait(2, "a");
  wait(3, "b");
  wait(4, "c");
  seats.release();
  run();
  EXPECT_EQ(granted_, Names());
  turn(milliseconds(4));
  EXPECT_EQ(granted_, Names());
  turn(milliseconds(1));
  EXPECT_EQ(granted_, Names({"a", "b"}));
  finish_one();
  EXPECT_EQ(granted_.size(), 3u);
}

TEST_F(LevelTest, AnExemptLevelHoldsNoFinalSeats) {
  make({true, 0, 0, 0}, 0);
  auto change = arrival(1);
  change.width = {1, 3, seconds(5)};
  level_->enter(change).seats.release();
  const auto demand = level_->take_demand();
  EXPECT_EQ(demand.most, 3);
  EXPECT_EQ(level_->take_demand().most, 0);
}

TEST_F(LevelTest, AClientThatLeavesGivesItsPlaceUp) {
  make({false, 8, 1, 1}, 1);
  auto one = enter(1);
  const auto first = wait(1, "first");
  EXPECT_EQ(refusal(1), Refusal::kQueueFull);
  level_->give_up(first);
  const auto view = level_->view();
  EXPECT_EQ(view.waiting, 0u);
  EXPECT_EQ(view.rejected, 1u);
  EXPECT_EQ(view.cancelled, 1u);
  wait(1, "second");
  // Once more, and too late: others are not concerned.
  level_->give_up(first);
  one.release();
  run();
  EXPECT_EQ(granted_, Names({"second"}));
  level_->give_up(first);
  turn(seconds(20));
  EXPECT_EQ(refused_, Names());
}

TEST_F(LevelTest, WhoLeftBeforeItsPlaceWasTakenNeverTakesIt) {
  make({false, 8, 1, 1}, 1);
  const auto one = enter(1);
  const auto early = place(arrival(1), "early");
  level_->give_up(early);
  level_->wait(early);
  EXPECT_EQ(level_->view().waiting, 0u);
  EXPECT_EQ(granted_.size() + refused_.size(), 0u);
}

TEST_F(LevelTest, AWideOneThatLeavesLetsOthersPass) {
  make({false, 8, 1, 10}, 4);
  const auto held = enter(1, 3);
  const auto wide = wait(2, "wide", 4);
  wait(2, "narrow");
  EXPECT_EQ(granted_, Names());
  level_->give_up(wide);
  run();
  EXPECT_EQ(granted_, Names({"narrow"}));
}

// Seats are left, but not for the one in front: those behind it are as many as the queue holds.
TEST_F(LevelTest, AQueueBehindAWideOneIsBoundedToo) {
  make({false, 1, 1, 3}, 4);
  auto one = enter(1, 2);
  wait(1, "wide", 4);
  wait(1, "a");
  wait(1, "b");
  EXPECT_EQ(refusal(1), Refusal::kQueueFull);
  wait(1, "c");
  EXPECT_EQ(refused_, Names({"c queue-full"}));
  one.release();
  run();
  EXPECT_EQ(granted_, Names({"wide"}));
}

}  // namespace
}  // namespace kubus::apiserver::fairness
