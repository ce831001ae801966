// A thousand reloads of a good plugin leave nothing behind.
#include <gtest/gtest.h>

#include "cluster.h"
#include "kubus/kernel.pb.h"
#include "kubus/rpc.h"

namespace kubus::testing {
namespace {

constexpr rpc::Method<kernel::PluginRequest, kernel::PluginReply> kRestart{"kernel.v1", "Restart"};
constexpr rpc::Method<kernel::PluginRequest, kernel::PluginReply> kUpgrade{"kernel.v1", "Upgrade"};

TEST(Reload, AThousandTimesWithoutGrowth) {
  Cluster cluster;
  cluster.install("zoo-good");
  cluster.start();
  cluster.expect("zoo-good", "ready");
  auto client = cluster.connect();
  kernel::PluginRequest request;
  request.set_name("zoo-good");
  Usage early;
  // Every generation of an instrumented build stays mapped: growth says nothing there.
  const int rounds = kInstrumented ? 50 : 1000;
  for (int round = 1; round <= rounds; ++round) {
    auto reply = rpc::call_wait(client->self().context().bus(),
                                round % 2 == 0 ? kRestart : kUpgrade, request);
    ASSERT_TRUE(reply.ok()) << round << ": " << reply.status().message();
    ASSERT_EQ(reply->plugin().state(), "ready") << round;
    if (round == 200) early = usage_of(cluster.pid());
  }
  auto zombies = Cluster::number(cluster.plugin("zoo-good"), "zombies");
  EXPECT_EQ(zombies, 0);
  if (kInstrumented) return;
  Usage late;
  // The generation before the last may still be on its way out.
  EXPECT_TRUE(eventually([&] {
    late = usage_of(cluster.pid());
    return late.plugin_mappings <= early.plugin_mappings && late.threads <= early.threads &&
           late.descriptors <= early.descriptors;
  })) << "mappings of the plugin "
      << early.plugin_mappings << " -> " << late.plugin_mappings << ", threads " << early.threads
      << " -> " << late.threads << ", descriptors " << early.descriptors << " -> "
      << late.descriptors;
  EXPECT_LE(late.mappings, early.mappings + 16);
  EXPECT_LE(late.resident_kb, early.resident_kb + 2048);
  std::cout << R"({"figure":"reloads","count":1000,"rss_kb_after_200":)" << early.resident_kb
            << R"(,"rss_kb_after_1000":)" << late.resident_kb << R"(,"mappings":[)"
            << early.mappings << "," << late.mappings << "]}\n";
}

}  // namespace
}  // namespace kubus::testing
