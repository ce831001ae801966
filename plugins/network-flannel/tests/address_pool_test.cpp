#include "address_pool.h"

#include <gtest/gtest.h>

namespace kubus::flannel {
namespace {

Lease lease(Ipv4 address, const std::string& sandbox) { return {address, sandbox, {}}; }

std::string take_next(AddressPool& pool, const std::string& sandbox) {
  const auto address = pool.next();
  if (!address) return "none";
  pool.take(lease(*address, sandbox));
  return address->str();
}

TEST(AddressPool, GivesEachAddressOnceAndNeverTheReservedOnes) {
  AddressPool pool(*Ipv4Range::parse("10.1.0.0/29"));
  EXPECT_EQ(pool.capacity(), 5u);
  for (const char* expected : {"10.1.0.2", "10.1.0.3", "10.1.0.4", "10.1.0.5", "10.1.0.6"})
    EXPECT_EQ(take_next(pool, expected), expected);
  EXPECT_EQ(take_next(pool, "one more"), "none");
}

TEST(AddressPool, ReusesOnlyWhenNoFreshOneIsLeftAndTheOldestFirst) {
  AddressPool pool(*Ipv4Range::parse("10.1.0.0/29"));
  for (const char* sandbox : {"a", "b", "c"}) take_next(pool, sandbox);
  pool.release(*Ipv4::parse("10.1.0.3"));
  pool.release(*Ipv4::parse("10.1.0.2"));
  EXPECT_EQ(take_next(pool, "d"), "10.1.0.5");
  EXPECT_EQ(take_next(pool, "e"), "10.1.0.6");
  EXPECT_EQ(take_next(pool, "f"), "10.1.0.3");
  EXPECT_EQ(take_next(pool, "g"), "10.1.0.2");
  EXPECT_EQ(take_next(pool, "h"), "none");
}

TEST(AddressPool, KeepsLeasesOfAnotherRangeButNeverGivesThemAgain) {
  AddressPool pool(*Ipv4Range::parse("10.1.0.0/29"));
  pool.take(lease(*Ipv4::parse("10.9.0.2"), "old"));
  ASSERT_NE(pool.find("old"), nullptr);
  pool.release(*Ipv4::parse("10.9.0.2"));
  EXPECT_EQ(pool.find("old"), nullptr);
  for (int i = 0; i < 5; ++i) EXPECT_NE(take_next(pool, std::to_string(i)), "10.9.0.2");
  EXPECT_EQ(take_next(pool, "last"), "none");
}

}  // namespace
}  // namespace kubus::flannel
