// Plugins are replaced while the cluster works: no call, no event and no request is lost.
#include <gmock/gmock.h>
#include <k8s/core/v1/pod.pb.h>

#include <boost/json/serialize.hpp>

#include "churn.h"
#include "cluster_test.h"
#include "kubus/api/types.h"
#include "kubus/informer.h"
#include "pods.h"
#include "residue.h"
#include "service_load.h"

namespace kubus::integration {
namespace {

using ::testing::IsEmpty;

class UpgradeTest : public ClusterTest {
 protected:
  void SetUp() override {
    ClusterTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    cluster().load_demo_image();
    cluster().apply(web_manifest("steady", 3));
    steady_ = wait_for_pods(cluster(), "steady", 3);
  }
  ClusterOptions options() const override { return {.environment = {}, .own_plugins = true}; }

  std::int64_t generation(const boost::json::object& plugin) {
    const auto* number = plugin.if_contains("generation");
    return number ? number->to_number<std::int64_t>() : 0;
  }

  void upgrade(const std::string& name) {
    const auto before = generation(cluster().plugin(name));
    cluster().replace_plugin(name);
    boost::json::object now;
    EXPECT_TRUE(eventually([&] {
      now = cluster().plugin(name);
      return !now.empty() && generation(now) > before && now.at("state").as_string() == "ready";
    })) << name
        << ": " << boost::json::serialize(now);
  }

  // Every pod that the API has, and no other, is in the informer.
  void expect_nothing_missed(Churn& churn, Informer<core_v1::Pod>& pods) {
    EXPECT_TRUE(eventually([&] {
      const auto list = churn.client().list<core_v1::Pod>();
      if (!list.ok()) return false;
      std::set<std::string> listed, seen;
      for (const auto& pod : *list)
        listed.insert(pod.metadata().uid() + " " + pod.metadata().resourceversion());
      for (const auto& pod : pods.list())
        seen.insert(pod->metadata().uid() + " " + pod->metadata().resourceversion());
      return listed == seen;
    }));
  }

  std::vector<PodFacts> steady_;
};

TEST_F(UpgradeTest, NothingIsLostUnderLoad) {
  ServiceLoad load(cluster(), cluster_ip(cluster(), "steady"), 80);
  Churn churn(cluster());
  Informer<core_v1::Pod> pods(churn.context());
  for (int round = 0; round < 4; ++round)
    for (const char* plugin :
         {"controller-deployment", "controller-replicaset", "scheduler", "proxy-nftables",
          "controller-endpointslice", "controller-garbage-collector", "network-flannel",
          "runtime-oci", "kubelet"}) {
      SCOPED_TRACE(std::string(plugin) + " in round " + std::to_string(round));
      upgrade(plugin);
      if (HasFailure()) return;
    }
  EXPECT_THAT(churn.stop(), IsEmpty());
  const int last = churn.deployments();
  for (int number = last - 2; number <= last; ++number)
    wait_for_pods(cluster(), "churn-" + std::to_string(number), 2);
  EXPECT_EQ(wait_for_pods(cluster(), "steady", 3), steady_);
  EXPECT_THAT(load.stop().failures, IsEmpty());
  expect_nothing_missed(churn, pods);
  EXPECT_TRUE(eventually([&] { return contained_processes(cluster().name()).size() == 9u * 2u; }))
      << ::testing::PrintToString(contained_processes(cluster().name()));
}

// It cannot listen beside its predecessor: calls fail in between, but nothing is forgotten.
TEST_F(UpgradeTest, TheApiServerTakesOverThePortOfItsPredecessor) {
  for (const std::string name : {"first", "second"}) {
    upgrade("apiserver");
    cluster().apply(web_manifest(name, 1));
    wait_for_pods(cluster(), name, 1);
  }
  EXPECT_EQ(wait_for_pods(cluster(), "steady", 3), steady_);
}

}  // namespace
}  // namespace kubus::integration
