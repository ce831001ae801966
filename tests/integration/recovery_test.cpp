// kubusd is killed: containers run and serve on, and the next kubusd takes them over.
#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <thread>

#include "cluster_test.h"
#include "pods.h"
#include "residue.h"
#include "service_load.h"

namespace kubus::integration {
namespace {

using ::testing::IsEmpty;
using ::testing::IsSupersetOf;

class RecoveryTest : public ClusterTest {
 protected:
  void SetUp() override {
    ClusterTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    cluster().load_demo_image();
    cluster().apply(web_manifest("steady", 3));
    steady_ = wait_for_pods(cluster(), "steady", 3);
    // Running is not yet serving.
    ServiceLoad first(cluster(), cluster_ip(cluster(), "steady"), 80);
    ASSERT_TRUE(eventually([&] { return first.pods() == 3; })) << first.pods();
  }

  void expect_ok(const CommandResult& result) { EXPECT_TRUE(result.ok()) << result.out; }

  // The pods that no test touches.
  std::vector<PodFacts> steady_;
};

TEST_F(RecoveryTest, ContainersServeOnAndAreAdopted) {
  ServiceLoad load(cluster(), cluster_ip(cluster(), "steady"), 80);
  ASSERT_TRUE(eventually([&] { return load.answered() > 20; }));

  cluster().kill_daemon();
  const auto answered = load.answered();
  ASSERT_TRUE(eventually([&] { return load.answered() > answered + 100; }))
      << "nothing answers without kubusd";
  expect_ok(cluster().up());

  EXPECT_EQ(wait_for_pods(cluster(), "steady", 3), steady_);
  expect_ok(cluster().kubectl({"scale", "deployment/steady", "--replicas=4"}));
  EXPECT_THAT(wait_for_pods(cluster(), "steady", 4), IsSupersetOf(steady_));
  EXPECT_TRUE(eventually([&] { return load.pods() == 4; })) << load.pods();
  EXPECT_THAT(load.stop().failures, IsEmpty());
}

// Wherever a rollout is interrupted, it is finished, and nothing else is disturbed.
TEST_F(RecoveryTest, KillsAtAnyMomentOfARollout) {
  const auto seed = std::random_device()();
  std::mt19937 random(seed);
  SCOPED_TRACE("seed " + std::to_string(seed));
  cluster().apply(web_manifest("moving", 3));
  ServiceLoad load(cluster(), cluster_ip(cluster(), "steady"), 80);
  for (int round = 0; round < 12; ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    expect_ok(
        cluster().kubectl({"set", "env", "deployment/moving", "ROUND=" + std::to_string(round)}));
    std::this_thread::sleep_for(std::chrono::milliseconds(random() % 1500));
    cluster().kill_daemon();
    if (round % 3 == 2) {
      // And once more while it starts.
      std::thread killer([&, wait = random() % 300] {
        EXPECT_TRUE(eventually([&] { return cluster().daemon() != 0; }));
        std::this_thread::sleep_for(std::chrono::milliseconds(wait));
        cluster().kill_daemon();
      });
      (void)cluster().up();
      killer.join();
    }
    expect_ok(cluster().up());
    expect_ok(cluster().kubectl({"rollout", "status", "deployment/moving", "--timeout=60s"}));
    const auto moved = wait_for_pods(cluster(), "moving", 3);
    EXPECT_TRUE(
        std::all_of(moved.begin(), moved.end(), [](const auto& pod) { return !pod.ip.empty(); }));
    EXPECT_EQ(wait_for_pods(cluster(), "steady", 3), steady_);
    if (HasFailure()) break;
  }
  EXPECT_THAT(load.stop().failures, IsEmpty());
  // Holder, monitor and container of each pod, and nothing that no pod knows of.
  EXPECT_TRUE(eventually([&] { return contained_processes(cluster().name()).size() <= 6u * 2u; }))
      << ::testing::PrintToString(contained_processes(cluster().name()));
  expect_ok(cluster().kubectl({"delete", "deployment", "--all"}));
  EXPECT_TRUE(eventually([&] { return contained_processes(cluster().name()).empty(); }))
      << ::testing::PrintToString(contained_processes(cluster().name()));
}

}  // namespace
}  // namespace kubus::integration
