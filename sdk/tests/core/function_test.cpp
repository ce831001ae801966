#include "kubus/function.h"

#include <gtest/gtest.h>

#include <memory>

namespace kubus {
namespace {

int twice(int number) { return 2 * number; }

TEST(UniqueFunction, TakesAPlainFunction) {
  UniqueFunction<int(int)> function = twice;
  EXPECT_EQ(function(4), 8);
  function = &twice;
  EXPECT_EQ(function(5), 10);
}

TEST(UniqueFunction, OwnsWhatTheCallableOwns) {
  auto number = std::make_shared<int>(3);
  UniqueFunction<int()> function = [own = std::make_unique<int>(4), number] {
    return *own + *number;
  };
  UniqueFunction<int()> moved = std::move(function);
  EXPECT_FALSE(function);
  EXPECT_EQ(moved(), 7);
  EXPECT_EQ(number.use_count(), 2);
  moved = nullptr;
  EXPECT_EQ(number.use_count(), 1);
}

TEST(UniqueFunction, KeepsACallableThatStaysWithItsOwner) {
  const auto counter = [count = 0]() mutable { return ++count; };
  UniqueFunction<int()> function = counter;
  EXPECT_EQ(function(), 1);
  EXPECT_EQ(function(), 2);
}

}  // namespace
}  // namespace kubus
