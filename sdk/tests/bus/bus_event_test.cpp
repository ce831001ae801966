#include "bus_fixture.h"

namespace kubus::testing {
namespace {

class EventTest : public BusTest {
 protected:
  bus::EventHandler collect() {
    bus::EventHandler handler;
    handler.on_event = [this](const bus::Event& event) {
      const std::lock_guard lock(mutex_);
      events_.push_back(event);
      got_.set();
    };
    handler.on_gap = [this] { gaps_.set(); };
    return handler;
  }
  std::vector<bus::Event> events() {
    const std::lock_guard lock(mutex_);
    return events_;
  }

  std::mutex mutex_;
  std::vector<bus::Event> events_;
  Event got_;
  Event gaps_;
};

TEST_F(EventTest, TheSubscriptionBeginsWithAGapAndThenMissesNothing) {
  Instance& publisher = start("publisher");
  Instance& subscriber = start("subscriber");
  const auto subscription = subscriber.context().bus().subscribe("pods.", collect());
  ASSERT_TRUE(gaps_.wait());
  // The first event of a topic makes its publisher known, which is a gap of its own.
  publisher.context().bus().publish("pods.changed", bytes("0"));
  ASSERT_TRUE(gaps_.wait(2));
  for (int i = 1; i <= 800; ++i)  // within the window
    publisher.context().bus().publish("pods.changed", bytes(std::to_string(i)));
  publisher.context().bus().publish("nodes.changed", bytes("not asked for"));
  publisher.context().bus().publish("pods.end", {});
  ASSERT_TRUE(eventually([&] {
    const auto all = events();
    return !all.empty() && all.back().topic == "pods.end";
  }));
  const auto all = events();
  EXPECT_EQ(gaps_.count(), 2);
  EXPECT_EQ(all.size(), 801u);
  std::uint64_t last = 0;
  for (const auto& event : all) {
    EXPECT_EQ(event.publisher, "publisher");
    if (event.topic != "pods.changed") continue;
    EXPECT_GT(event.sequence, last);
    last = event.sequence;
  }
}

TEST_F(EventTest, ASubscriberWithoutAPublisherIsToldOnce) {
  Instance& subscriber = start("subscriber");
  const auto subscription = subscriber.context().bus().subscribe("x", collect());
  EXPECT_TRUE(gaps_.wait());
}

TEST_F(EventTest, APublisherThatComesLaterIsFollowed) {
  Instance& subscriber = start("subscriber");
  const auto subscription = subscriber.context().bus().subscribe("late.", collect());
  ASSERT_TRUE(gaps_.wait());
  Instance& publisher = start("publisher");
  publisher.context().bus().publish("late.one", {});
  ASSERT_TRUE(gaps_.wait(2));
  publisher.context().bus().publish("late.one", bytes("seen"));
  ASSERT_TRUE(got_.wait());
  EXPECT_EQ(events().back().body.view(), "seen");
}

TEST_F(EventTest, ASlowSubscriberGetsAGapInsteadOfAHole) {
  Instance& publisher = start("publisher");
  Instance& subscriber = start("subscriber");
  publisher.context().bus().publish("flood", {});
  const auto subscription = subscriber.context().bus().subscribe("flood", collect());
  ASSERT_TRUE(gaps_.wait());
  Event release;
  Event blocked;
  subscriber.context().loop().post([&] {
    blocked.set();
    release.wait();
  });
  ASSERT_TRUE(blocked.wait());
  constexpr int kEvents = 20'000;
  const int before = gaps_.count();
  for (int i = 0; i < kEvents; ++i) publisher.context().bus().publish("flood", bytes("x"));
  Event flushed;
  publisher.context().loop().post([&] { flushed.set(); });
  ASSERT_TRUE(flushed.wait());
  release.set();
  ASSERT_TRUE(gaps_.wait(before + 1));
  EXPECT_LT(events().size(), static_cast<std::size_t>(kEvents));
  // It goes on from there, as soon as credit has returned.
  EXPECT_TRUE(eventually([&] {
    publisher.context().bus().publish("flood", bytes("last"));
    const auto all = events();
    return !all.empty() && all.back().body.view() == "last";
  }));
}

TEST_F(EventTest, ManySubscribersShareOneSubscription) {
  Instance& publisher = start("publisher");
  publisher.context().bus().publish("shared", {});
  Instance& one = start("one");
  Instance& two = start("two");
  const auto first = one.context().bus().subscribe("shared", collect());
  ASSERT_TRUE(gaps_.wait(1));
  const auto second = two.context().bus().subscribe("shared", collect());
  ASSERT_TRUE(gaps_.wait(2));
  publisher.context().bus().publish("shared", bytes("x"));
  ASSERT_TRUE(got_.wait(2));
  const auto all = events();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].sequence, all[1].sequence);
}

TEST_F(EventTest, NothingRunsAfterUnsubscribing) {
  Instance& publisher = start("publisher");
  Instance& subscriber = start("subscriber");
  publisher.context().bus().publish("t", {});
  auto subscription = subscriber.context().bus().subscribe("t", collect());
  ASSERT_TRUE(gaps_.wait());
  subscription.reset();
  const auto other = subscriber.context().bus().subscribe("t", {});
  publisher.context().bus().publish("t", bytes("unheard"));
  Event flushed;
  publisher.context().loop().post([&] { flushed.set(); });
  ASSERT_TRUE(flushed.wait());
  EXPECT_EQ(got_.count(), 0);
}

TEST_F(EventTest, AReplacedPublisherIsAGap) {
  Instance& first = start("publisher", {}, 1);
  Instance& subscriber = start("subscriber");
  first.context().bus().publish("t", {});
  const auto subscription = subscriber.context().bus().subscribe("t", collect());
  ASSERT_TRUE(gaps_.wait());
  first.stop(1s);
  ASSERT_EQ(first.wait_stopped(5s), InstanceState::kStopped);
  const int before = gaps_.count();
  Instance& second = start("publisher", {}, 2);
  second.context().bus().publish("t", bytes("new"));
  EXPECT_TRUE(gaps_.wait(before + 1));
}

}  // namespace
}  // namespace kubus::testing
