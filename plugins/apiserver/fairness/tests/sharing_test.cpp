// Shares, lending and borrowing.
#include "fairness/sharing.h"

#include <gmock/gmock.h>
#include <k8s/meta/v1/object_meta.pb.h>

#include <map>
#include <string>
#include <vector>

#include "fairness/default_objects.h"

namespace kubus::apiserver::fairness {
namespace {

using ::testing::ElementsAre;

TEST(Sharing, TheDefaultsShareOutTheServer) {
  std::vector<Shares> shares;
  std::vector<std::string> names;
  for (const auto& level : default_levels()) {
    shares.push_back(Shares::of(level.spec()));
    names.push_back(level.metadata().name());
  }
  const auto bounds = nominal_bounds(shares, 600);
  std::map<std::string, std::vector<int>> seats;
  for (std::size_t i = 0; i < names.size(); ++i)
    seats[names[i]] = {bounds[i].nominal, bounds[i].least};
  EXPECT_THAT(seats["exempt"], ElementsAre(0, 0));
  EXPECT_THAT(seats["catch-all"], ElementsAre(13, 13));
  EXPECT_THAT(seats["system"], ElementsAre(74, 50));
  EXPECT_THAT(seats["node-high"], ElementsAre(98, 73));
  EXPECT_THAT(seats["leader-election"], ElementsAre(25, 25));
  EXPECT_THAT(seats["workload-high"], ElementsAre(98, 49));
  EXPECT_THAT(seats["workload-low"], ElementsAre(245, 24));
  EXPECT_THAT(seats["global-default"], ElementsAre(49, 24));
}

TEST(Sharing, BorrowingHasItsLimit) {
  const auto bounds =
      nominal_bounds({{false, 1, 0, 50}, {false, 1, 0, -1}, {false, 2, 100, 0}}, 40);
  EXPECT_EQ(bounds[0].most, 15);
  EXPECT_EQ(bounds[1].most, 50);
  EXPECT_EQ(bounds[2].most, 20);
  EXPECT_EQ(bounds[2].least, 0);
}

TEST(Sharing, SeatsAreDividedInProportionWithinBounds) {
  double fraction = 0;
  auto parts = divide(30, {{10, 0, 100}, {20, 0, 100}}, fraction);
  EXPECT_NEAR(parts[0], 10, 1e-6);
  EXPECT_NEAR(parts[1], 20, 1e-6);
  EXPECT_NEAR(fraction, 1, 1e-6);
  parts = divide(30, {{10, 0, 100}, {20, 0, 12}, {1, 8, 100}}, fraction);
  EXPECT_NEAR(parts[0], 10, 1e-6);
  EXPECT_NEAR(parts[1], 12, 1e-6);
  EXPECT_NEAR(parts[2], 8, 1e-6);
  parts = divide(90, {{10, 0, 100}, {20, 0, 100}}, fraction);
  EXPECT_NEAR(fraction, 3, 1e-6);
  // More than there is to have.
  parts = divide(90, {{10, 0, 20}, {20, 0, 20}}, fraction);
  EXPECT_NEAR(parts[0] + parts[1], 40, 1e-6);
}

Borrower borrower(int nominal, int least, int most, double demand) {
  Borrower level;
  level.bounds = {nominal, least, most};
  level.demand.update({demand, 0, demand});
  return level;
}

std::vector<int> limits_of(const std::vector<Borrower>& levels) {
  std::vector<double> targets;
  double fraction = 0;
  return adjusted_limits(levels, targets, fraction);
}

TEST(Lending, IdleLevelsLendWhatTheyMayToBusyOnes) {
  EXPECT_THAT(limits_of({borrower(100, 10, 200, 0), borrower(100, 50, 200, 500)}),
              ElementsAre(10, 190));
}

TEST(Lending, WhatIsWantedAgainComesBack) {
  // Both are above what is theirs: each has its own.
  EXPECT_THAT(limits_of({borrower(100, 10, 200, 400), borrower(100, 50, 200, 500)}),
              ElementsAre(100, 100));
  // One that wants a part of its own keeps that.
  EXPECT_THAT(limits_of({borrower(100, 10, 200, 60), borrower(100, 50, 200, 500)}),
              ElementsAre(60, 140));
}

TEST(Lending, ABorrowerStopsAtItsMost) {
  EXPECT_THAT(limits_of({borrower(100, 10, 200, 0), borrower(100, 50, 120, 500)}),
              ElementsAre(80, 120));
}

TEST(Lending, ExemptRequestsTakeTheirSeatsFromAllOthers) {
  auto exempt = borrower(0, 0, 200, 50);
  exempt.exempt = true;
  const auto limits = limits_of({exempt, borrower(100, 10, 200, 400), borrower(100, 50, 200, 400)});
  EXPECT_EQ(limits[0], 50);
  EXPECT_EQ(limits[1] + limits[2], 150);
}

TEST(Smoothed, RisesAtOnceAndFallsSlowly) {
  Smoothed demand;
  demand.update({10, 2, 15});
  EXPECT_DOUBLE_EQ(demand.smoothed, 12);
  demand.update({0, 0, 0});
  EXPECT_NEAR(demand.smoothed, 12 * 0.977, 1e-9);
  for (int i = 0; i < 1000; ++i) demand.update({0, 0, 0});
  EXPECT_LT(demand.smoothed, 0.001);
}

}  // namespace
}  // namespace kubus::apiserver::fairness
