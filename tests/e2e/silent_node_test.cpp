// A node that is not heard of any more, and comes back.
#include <filesystem>

#include "cluster_test.h"

namespace kubus::integration {
namespace {

namespace fs = std::filesystem;

class SilentNodeTest : public ClusterTest {
 protected:
  ClusterOptions options() const override {
    // A lease is renewed every 10 s.
    return {.environment = {{"KUBUS_CONTROLLER_NODE_LIFECYCLE_NODE_MONITOR_GRACE_PERIOD", "12s"}},
            .own_plugins = true};
  }

  std::string field(const std::string& what, const std::string& path) {
    return cluster().kubectl({"get", what, "-o", "jsonpath=" + path}).out;
  }
  bool becomes(const std::string& what, const std::string& path, const std::string& value) {
    return eventually([&] { return field(what, path) == value; });
  }
};

constexpr const char* kReady = "{.items[0].status.conditions[?(@.type==\"Ready\")].status}";
constexpr const char* kTaints = "{range .items[0].spec.taints[*]}{.key}:{.effect} {end}";

TEST_F(SilentNodeTest, IsTaintedUntilItReports) {
  cluster().load_demo_image();
  ASSERT_TRUE(cluster().kubectl({"run", "web", "--image=demo:1.0"}).ok());
  ASSERT_TRUE(
      cluster().kubectl({"wait", "--for=condition=Ready", "pod/web", "--timeout=40s"}).ok());

  const auto kubelet = cluster().plugin_dir() + "/kubelet.so", aside = kubelet + ".aside";
  fs::rename(kubelet, aside);
  EXPECT_TRUE(becomes("nodes", kReady, "Unknown")) << field("nodes", "{.items[0].status}");
  EXPECT_EQ(field("nodes",
                  "{.items[0].status.conditions[?(@.type==\"Ready\")].reason}: "
                  "{.items[0].status.conditions[?(@.type==\"Ready\")].message}"),
            "NodeStatusUnknown: Kubelet stopped posting node status.");
  EXPECT_TRUE(eventually([&] {
    const auto taints = field("nodes", kTaints);
    return taints.find("node.kubernetes.io/unreachable:NoSchedule ") != std::string::npos &&
           taints.find("node.kubernetes.io/unreachable:NoExecute ") != std::string::npos;
  })) << field("nodes", kTaints);
  EXPECT_TRUE(becomes("pod/web", "{.status.conditions[?(@.type==\"Ready\")].status}", "False"));
  // It tolerates that for five minutes.
  EXPECT_EQ(field("pod/web", "{.status.phase} {.metadata.deletionTimestamp}"), "Running ");

  fs::rename(aside, kubelet);
  EXPECT_TRUE(becomes("nodes", kReady, "True"));
  EXPECT_TRUE(becomes("nodes", kTaints, "")) << field("nodes", kTaints);
  EXPECT_TRUE(becomes("pod/web", "{.status.conditions[?(@.type==\"Ready\")].status}", "True"));
  EXPECT_EQ(field("pod/web", "{.status.containerStatuses[0].restartCount}"), "0");
}

}  // namespace
}  // namespace kubus::integration
