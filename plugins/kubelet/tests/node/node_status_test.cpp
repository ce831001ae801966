#include "node/node_status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kubus/api/quantity.h"
#include "kubus/api/time.h"
#include "kubus/object.h"

namespace kubus::kubelet::test {
namespace {

using testing::ElementsAre;

NodeIdentity identity() {
  NodeIdentity node;
  node.name = "n1";
  node.ip = "192.0.2.1";
  node.max_pods = 110;
  node.machine.cpus = 4;
  node.machine.memory_bytes = 8LL << 30;
  node.machine.disk_bytes = 100LL << 30;
  node.machine.architecture = "amd64";
  node.machine.hugepage_sizes = {"2Mi"};
  return node;
}

NodeHealth healthy() {
  NodeHealth health;
  runtime::StatusResponse runtime;
  runtime.set_ready(true);
  runtime.set_runtime_version("1.8");
  network::NetworkStatusResponse network;
  network.set_ready(true);
  health.runtime = runtime;
  health.network = network;
  health.images = std::vector<runtime::Image>();
  return health;
}

// "Type=Status Reason: Message"
std::vector<std::string> conditions(const core_v1::Node& node) {
  std::vector<std::string> out;
  for (const auto& c : node.status().conditions())
    out.push_back(c.type() + "=" + c.status() + " " + c.reason() + ": " + c.message());
  return out;
}

TEST(NodeStatus, OfANodeThatIsWell) {
  core_v1::Node node = new_node(identity());
  update_node_status(node, identity(), healthy(), true);
  EXPECT_THAT(
      conditions(node),
      ElementsAre("MemoryPressure=False KubeletHasSufficientMemory: kubelet has sufficient "
                  "memory available",
                  "DiskPressure=False KubeletHasNoDiskPressure: kubelet has no disk pressure",
                  "PIDPressure=False KubeletHasSufficientPID: kubelet has sufficient PID "
                  "available",
                  "Ready=True KubeletReady: kubelet is posting ready status"));
  for (const auto* sizes : {&node.status().capacity(), &node.status().allocatable()}) {
    const auto size = [&](const char* name) {
      return QuantityValue::of(sizes->at(name)).to_string();
    };
    EXPECT_EQ(size("cpu"), "4");
    EXPECT_EQ(size("memory"), "8Gi");
    EXPECT_EQ(size("ephemeral-storage"), "100Gi");
    EXPECT_EQ(size("hugepages-2Mi"), "0");
    EXPECT_EQ(size("pods"), "110");
  }
  ASSERT_EQ(node.status().addresses_size(), 2);
  EXPECT_EQ(node.status().addresses(0).address(), "192.0.2.1");
  EXPECT_EQ(node.status().addresses(1).address(), "n1");
  EXPECT_EQ(node.status().nodeinfo().containerruntimeversion(), "kubus://1.8");
  EXPECT_THAT(node.status().nodeinfo().kubeletversion(), testing::StartsWith("v1.35."));
  EXPECT_EQ(node.metadata().labels().at("kubernetes.io/arch"), "amd64");
}

TEST(NodeStatus, WhyItIsNotReady) {
  struct Case {
    std::string what;
    void (*spoil)(NodeHealth&);
    std::string message;
  };
  const Case cases[] = {
      {"no runtime", [](NodeHealth& h) { h.runtime = Status(Code::kUnavailable, "no provider"); },
       "container runtime is down: no provider"},
      {"runtime not ready",
       [](NodeHealth& h) {
         h.runtime->set_ready(false);
         h.runtime->set_message("starting");
       },
       "container runtime not ready: starting"},
      {"network not ready",
       [](NodeHealth& h) {
         h.network->set_ready(false);
         h.network->set_reason("NetworkPluginNotReady");
         h.network->set_message("no podCIDR");
       },
       "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady "
       "message:no podCIDR"},
  };
  for (const Case& c : cases) {
    core_v1::Node node = new_node(identity());
    NodeHealth health = healthy();
    c.spoil(health);
    update_node_status(node, identity(), health, true);
    EXPECT_EQ(conditions(node).back(), "Ready=False KubeletNotReady: " + c.message) << c.what;
  }
}

TEST(NodeStatus, NothingChangesBetweenHeartbeats) {
  core_v1::Node node = new_node(identity());
  update_node_status(node, identity(), healthy(), true);
  const SystemTime then = std::chrono::system_clock::now() - std::chrono::hours(1);
  for (auto& c : *node.mutable_status()->mutable_conditions()) {
    set_time(*c.mutable_lastheartbeattime(), then);
    set_time(*c.mutable_lasttransitiontime(), then);
  }
  core_v1::Node again = node;
  update_node_status(again, identity(), healthy(), false);
  EXPECT_TRUE(same_content(again, node));
  update_node_status(again, identity(), healthy(), true);
  EXPECT_GT(to_time(again.status().conditions(3).lastheartbeattime()),
            to_time(node.status().conditions(3).lastheartbeattime()));
  EXPECT_TRUE(same_content(again.status().conditions(3).lasttransitiontime(),
                           node.status().conditions(3).lasttransitiontime()));
}

TEST(NodeStatus, TheLargestImagesWithAFewNamesEach) {
  NodeHealth health = healthy();
  std::vector<runtime::Image> images;
  for (int i = 0; i < 60; ++i) {
    runtime::Image image;
    image.set_id(std::to_string(i));
    image.set_size(static_cast<std::uint64_t>(i));
    image.add_repo_digests("repo@sha256:" + std::to_string(i));
    for (int tag = 0; tag < 9; ++tag) image.add_repo_tags("repo:" + std::to_string(tag));
    images.push_back(image);
  }
  runtime::Image nameless;
  nameless.set_size(1000);
  images.push_back(nameless);
  health.images = images;
  core_v1::Node node = new_node(identity());
  update_node_status(node, identity(), health, true);
  ASSERT_EQ(node.status().images_size(), 50);
  EXPECT_EQ(node.status().images(0).sizebytes(), 59);
  EXPECT_THAT(node.status().images(0).names(),
              ElementsAre("repo@sha256:59", "repo:0", "repo:1", "repo:2", "repo:3"));
}

TEST(NodeStatus, EventsOfConditions) {
  core_v1::NodeCondition condition;
  condition.set_type("Ready");
  condition.set_status("True");
  EXPECT_EQ(event_of(condition), "NodeReady");
  condition.set_status("False");
  EXPECT_EQ(event_of(condition), "NodeNotReady");
  condition.set_type("NetworkUnavailable");
  EXPECT_EQ(event_of(condition), "");
}

}  // namespace
}  // namespace kubus::kubelet::test
