#include "ipv4.h"

#include <gtest/gtest.h>

namespace kubus::flannel {
namespace {

TEST(Ipv4Range, ReadsWhatItPrints) {
  for (const char* text : {"10.244.0.0/24", "0.0.0.0/0", "192.0.2.7/32", "10.96.0.0/12"}) {
    const auto range = Ipv4Range::parse(text);
    ASSERT_TRUE(range.ok()) << text;
    EXPECT_EQ(range->str(), text);
  }
}

TEST(Ipv4Range, RefusesWhatIsNoRange) {
  for (const char* text : {"", "10.244.0.0", "10.244.0.1/24", "10.244.0.0/33", "10.244.0.0/-1",
                           "10.244.0.0/2x", "fd00::/64", "10.244.0/24"})
    EXPECT_EQ(Ipv4Range::parse(text).code(), Code::kInvalid) << text;
}

TEST(Ipv4Range, KnowsItsEnds) {
  const auto range = *Ipv4Range::parse("10.244.3.0/24");
  EXPECT_EQ(range.gateway().str(), "10.244.3.1");
  EXPECT_EQ(range.last().str(), "10.244.3.255");
  EXPECT_TRUE(range.contains(*Ipv4::parse("10.244.3.200")));
  EXPECT_FALSE(range.contains(*Ipv4::parse("10.244.4.0")));
}

}  // namespace
}  // namespace kubus::flannel
