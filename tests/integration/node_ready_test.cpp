// A node becomes ready when its network does, without anybody asking again.
#include <gmock/gmock.h>

#include <thread>

#include "cluster.h"
#include "eventually.h"
#include "residue.h"

namespace kubus::integration {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(NodeReady, FollowsTheNetwork) {
  if (const auto why = Cluster::missing(); !why.empty()) GTEST_SKIP() << why;
  ClusterOptions options;
  options.environment = {{"KUBUS_NETWORK_FLANNEL_POD_CIDR", "node"}};
  Cluster cluster(options);
  const auto kubectl = [&](std::vector<std::string> arguments) {
    arguments.push_back("--kubeconfig=" + cluster.state_dir() + "/admin.kubeconfig");
    return cluster.kubectl(arguments).out;
  };
  // up() waits for the node, and the node for its range of addresses.
  std::string before;
  std::thread giver([&] {
    const std::string ready = "jsonpath={.status.conditions[?(@.type==\"Ready\")].message}";
    EXPECT_TRUE(kubus::testing::eventually([&] {
      before = kubectl({"get", "node", cluster.name(), "-o", ready});
      return before.find("has no podCIDR yet") != std::string::npos;
    })) << before;
    kubectl({"patch", "node", cluster.name(), "-p", R"({"spec": {"podCIDR": "10.244.9.0/24"}})"});
  });
  const CommandResult up = cluster.up();
  giver.join();
  EXPECT_TRUE(up.ok()) << up.out << cluster.log();
  EXPECT_THAT(before, HasSubstr("container runtime network not ready: NetworkReady=false "
                                "reason:NetworkPluginNotReady"));
  EXPECT_TRUE(cluster.down().ok());
  EXPECT_THAT(residue(cluster.name()), IsEmpty());
}

}  // namespace
}  // namespace kubus::integration
