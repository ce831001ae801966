#include "retention.h"

#include <gtest/gtest.h>

namespace kubus::storage_sqlite {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

const Retention::Time kStart{};

TEST(Retention, ForgetsWhatIsOlderThanItsAge) {
  Retention retention({minutes(5), 0});
  retention.note(kStart, 10);
  retention.note(kStart + minutes(1), 20);
  EXPECT_EQ(retention.due(kStart + minutes(5) - seconds(1), 0, 20), std::nullopt);
  EXPECT_EQ(retention.deadline(), kStart + minutes(5));
  EXPECT_EQ(retention.due(kStart + minutes(5), 0, 20), 10);
  EXPECT_EQ(retention.due(kStart + minutes(5), 10, 20), std::nullopt);
  EXPECT_EQ(retention.due(kStart + minutes(6), 10, 20), 20);
  EXPECT_EQ(retention.deadline(), std::nullopt) << "nothing is left to wait for";
}

TEST(Retention, GathersWritesOfAMomentInOneCompaction) {
  Retention retention({minutes(5), 0});
  for (int i = 0; i < 1000; ++i) retention.note(kStart + std::chrono::milliseconds(i), i);
  EXPECT_EQ(retention.due(kStart + minutes(5), 0, 999), std::nullopt);
  EXPECT_EQ(retention.due(kStart + minutes(5) + seconds(1), 0, 999), 999);
}

TEST(Retention, ForgetsWhatIsBeyondItsNumberWithSomeSlack) {
  Retention retention({seconds(0), 100});
  EXPECT_EQ(retention.due(kStart, 0, 110), std::nullopt);
  EXPECT_EQ(retention.due(kStart, 0, 111), 11);
  EXPECT_EQ(retention.due(kStart, 11, 111), std::nullopt);
}

TEST(Retention, KeepsEverythingWithoutLimits) {
  Retention retention({seconds(0), 0});
  retention.note(kStart, 10);
  EXPECT_EQ(retention.due(kStart + minutes(1000), 0, 10), std::nullopt);
  EXPECT_EQ(retention.deadline(), std::nullopt);
}

}  // namespace
}  // namespace kubus::storage_sqlite
