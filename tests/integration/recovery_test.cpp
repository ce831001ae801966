// kubusd is killed: containers run and serve on, and the next kubusd takes them over.
#include <gmock/gmock.h>

#include <algorithm>

#include "cluster_test.h"
#include "pods.h"
#include "service_load.h"

namespace kubus::integration {
namespace {

class RecoveryTest : public ClusterTest {
 protected:
  void SetUp() override {
    ClusterTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    cluster().load_demo_image();
  }

  std::vector<PodFacts> wait_for_ready(std::size_t count) {
    std::vector<PodFacts> pods;
    EXPECT_TRUE(eventually([&] {
      pods = pods_of(cluster(), "demo");
      return pods.size() == count &&
             std::all_of(pods.begin(), pods.end(), [](const auto& pod) { return pod.ready; });
    })) << cluster().kubectl({"get", "pods,events"}).out;
    return pods;
  }
};

TEST_F(RecoveryTest, ContainersServeOnAndAreAdopted) {
  cluster().apply(demo_manifest(3));
  const auto before = wait_for_ready(3);
  ServiceLoad load(cluster(), cluster_ip(cluster(), "demo"), 80);
  ASSERT_TRUE(eventually([&] { return load.answered() > 20; }));

  cluster().kill_daemon();
  const auto answered = load.answered();
  ASSERT_TRUE(eventually([&] { return load.answered() > answered + 100; }))
      << "nothing answers without kubusd";
  const auto up = cluster().up();
  ASSERT_TRUE(up.ok()) << up.out;

  EXPECT_EQ(wait_for_ready(3), before);
  const auto scaled = cluster().kubectl({"scale", "deployment/demo", "--replicas=4"});
  EXPECT_TRUE(scaled.ok()) << scaled.out;
  EXPECT_THAT(wait_for_ready(4), ::testing::IsSupersetOf(before));
  const auto& result = load.stop();
  EXPECT_THAT(result.failures, ::testing::IsEmpty());
  EXPECT_EQ(result.pods.size(), 4u);
}

}  // namespace
}  // namespace kubus::integration
