#include "cluster.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace kubus::cluster {
namespace {

TEST(ClusterName, IsADnsLabelOfAtMostFortyCharacters) {
  for (const char* good : {"kubus", "a", "a-1", "0", "x234567890123456789012345678901234567890"})
    EXPECT_EQ(check_name(good).ok(), std::string(good).size() <= 40) << good;
  for (const char* bad : {"", "-a", "a-", "A", "a_b", "a/b", "..", "a b"})
    EXPECT_EQ(check_name(bad).code(), Code::kBadRequest) << bad;
}

TEST(Cluster, EverythingFollowsFromNameAndIndex) {
  const Cluster cluster{"demo", 7};
  EXPECT_EQ(cluster.run_dir(), "/run/kubus/demo");
  EXPECT_EQ(cluster.netns_path(), "/run/netns/kubus-demo");
  EXPECT_EQ(cluster.host_address(), "198.18.7.1");
  EXPECT_EQ(cluster.node_address(), "198.18.7.2");
  EXPECT_LE(cluster.host_link().size(), 15u) << "longer than an interface name may be";
}

TEST(Cluster, OwnsWhatLiesInItsFolderHoweverItIsWritten) {
  const Cluster cluster{"demo", 7};
  EXPECT_TRUE(cluster.owns(cluster.admin_kubeconfig()));
  EXPECT_TRUE(cluster.owns("/var/lib/../lib/kubus/./demo/admin.kubeconfig"));
  EXPECT_FALSE(cluster.owns("/var/lib/kubus/demo2/admin.kubeconfig"));
  EXPECT_FALSE(cluster.owns("/var/lib/kubus/demo/../config"));
  const auto back = std::filesystem::current_path();
  std::filesystem::current_path("/var/lib");
  EXPECT_TRUE(cluster.owns("kubus/demo/config"));
  EXPECT_FALSE(cluster.owns("config"));
  std::filesystem::current_path(back);
}

TEST(Cluster, OneThatDoesNotExistIsNotFound) {
  EXPECT_EQ(find_cluster("no-such-cluster-here").code(), Code::kNotFound);
}

}  // namespace
}  // namespace kubus::cluster
