#include "supervisor/dependencies.h"

#include <gtest/gtest.h>

namespace kubus::kernel {
namespace {

TEST(Dependencies, NothingIsBlockedInAChain) {
  EXPECT_TRUE(find_blocked({{"api", {"api.v1"}, {"storage.v1"}},
                            {"storage", {"storage.v1"}, {}},
                            {"controller", {}, {"api.v1"}}})
                  .empty());
}

TEST(Dependencies, AMissingProviderBlocksAllThatStandOnIt) {
  auto blocked = find_blocked(
      {{"api", {"api.v1"}, {"storage.v1"}}, {"controller", {}, {"api.v1"}}, {"alone", {}, {}}});
  ASSERT_EQ(blocked.size(), 2U);
  EXPECT_EQ(blocked["api"].reason, "no plugin provides storage.v1");
  EXPECT_EQ(blocked["controller"].reason, "no plugin provides storage.v1, which api requires");
  EXPECT_FALSE(blocked["api"].cycle);
}

TEST(Dependencies, ACycleIsPrintedAndThoseBehindItAreBlocked) {
  auto blocked = find_blocked({{"a", {"a.v1"}, {"b.v1"}},
                               {"b", {"b.v1"}, {"c.v1"}},
                               {"c", {"c.v1"}, {"a.v1"}},
                               {"user", {}, {"a.v1"}}});
  ASSERT_EQ(blocked.size(), 4U);
  EXPECT_EQ(blocked["a"].reason, "a -> b -> c -> a");
  EXPECT_TRUE(blocked["a"].cycle);
  EXPECT_EQ(blocked["user"].reason, "a -> b -> c -> a");
}

TEST(Dependencies, OneOfSeveralProvidersIsEnough) {
  EXPECT_TRUE(
      find_blocked({{"loop", {"x.v1"}, {"x.v1"}}, {"other", {"x.v1"}, {}}, {"user", {}, {"x.v1"}}})
          .empty());
}

TEST(Dependencies, WhoRequiresItselfIsACycleOfOne) {
  EXPECT_EQ(find_blocked({{"self", {"x.v1"}, {"x.v1"}}})["self"].reason, "self -> self");
}

}  // namespace
}  // namespace kubus::kernel
