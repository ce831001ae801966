#include "stats.h"

#include <gtest/gtest.h>

namespace kubus::runtime_oci {
namespace {

TEST(Stats, ReadsInterfacesButNotTheLoopback) {
  const auto list = parse_net_dev(
      "Inter-|   Receive                        |  Transmit\n"
      " face |bytes packets errs drop fifo frame compressed multicast|bytes packets errs ...\n"
      "    lo:  10 1 0 0 0 0 0 0  10 1 0 0 0 0 0 0\n"
      "  eth0: 1000 5 2 0 0 0 0 0 3000 6 4 0 0 0 0 0\n");
  ASSERT_EQ(list.size(), 1u);
  EXPECT_EQ(list[0].name(), "eth0");
  EXPECT_EQ(list[0].rx_bytes(), 1000u);
  EXPECT_EQ(list[0].rx_errors(), 2u);
  EXPECT_EQ(list[0].tx_bytes(), 3000u);
  EXPECT_EQ(list[0].tx_errors(), 4u);
  EXPECT_TRUE(parse_net_dev("rubbish").empty());
}

}  // namespace
}  // namespace kubus::runtime_oci
