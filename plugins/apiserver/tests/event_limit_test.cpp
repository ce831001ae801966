#include "admission/event_limit.h"

#include <gtest/gtest.h>

namespace kubus::apiserver {
namespace {

TEST(EventLimits, AreReadFromTheConfiguration) {
  const auto limit = EventLimit::parse("Namespace:50:100");
  ASSERT_TRUE(limit.ok());
  EXPECT_EQ(limit->type_name(), "Namespace");
  EXPECT_EQ(limit->per_second, 50);
  EXPECT_EQ(limit->burst, 100);
  EXPECT_EQ(limit->keys, 4096U);
  EXPECT_EQ(EventLimit::parse("User:1:2:3")->keys, 3U);
  for (const char* wrong : {"", "Server", "Server:1", "Server:1:0", "Server:x:1", "Other:1:1",
                            "Server:1:1:1:1", "Server:1:-1", "Server:1:1:"})
    EXPECT_FALSE(EventLimit::parse(wrong).ok()) << wrong;
}

TEST(EventBuckets, FillAsTimePasses) {
  EventBuckets buckets(*EventLimit::parse("Namespace:2:3:2"));
  EventBuckets::Time now{};
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(buckets.take("a", now));
  EXPECT_FALSE(buckets.take("a", now));
  EXPECT_TRUE(buckets.take("b", now)) << "has a bucket of its own";
  now += std::chrono::milliseconds(500);
  EXPECT_TRUE(buckets.take("a", now));
  EXPECT_FALSE(buckets.take("a", now));
  now += std::chrono::hours(1);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(buckets.take("a", now));
  EXPECT_FALSE(buckets.take("a", now)) << "no more than the burst is kept";
}

TEST(EventBuckets, ForgetTheKeyThatWasNotUsedLongest) {
  EventBuckets buckets(*EventLimit::parse("Namespace:1:1:2"));
  const EventBuckets::Time now{};
  EXPECT_TRUE(buckets.take("a", now));
  EXPECT_TRUE(buckets.take("b", now));
  EXPECT_FALSE(buckets.take("a", now));
  EXPECT_TRUE(buckets.take("c", now)) << "in place of b";
  EXPECT_FALSE(buckets.take("a", now));
  EXPECT_TRUE(buckets.take("b", now));
}

}  // namespace
}  // namespace kubus::apiserver
