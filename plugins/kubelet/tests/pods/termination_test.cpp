#include "termination.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pod_builder.h"

namespace kubus::kubelet::test {
namespace {

using testing::UnorderedElementsAre;
using namespace std::chrono_literals;

// "name" of what ends now, "(name)" of what waits.
std::vector<std::string> order(const core_v1::Pod& pod, const NodeRuntime::PodState& state,
                               bool expired = false) {
  std::vector<std::string> out;
  for (const TerminationStep& step : termination_steps(pod, state, expired)) {
    const std::string& name = step.container->config().name();
    out.push_back(step.hold ? "(" + name + ")" : name);
  }
  return out;
}

core_v1::Pod pod_with_sidecars() {
  core_v1::Pod pod = make_pod();
  add_sidecar(pod, "s1");
  add_init(pod, "init");
  add_sidecar(pod, "s2");
  add_container(pod, "a");
  add_container(pod, "b");
  return pod;
}

TEST(Termination, SidecarsFollowInReverseOrder) {
  const core_v1::Pod pod = pod_with_sidecars();
  const auto all =
      StateBuilder().sandbox("s").running("s1").running("s2").running("a").running("b");
  EXPECT_THAT(order(pod, all.get()), UnorderedElementsAre("(s1)", "(s2)", "a", "b"));
  const auto one =
      StateBuilder().sandbox("s").running("s1").running("s2").exited("a", 0).running("b");
  EXPECT_THAT(order(pod, one.get()), UnorderedElementsAre("(s1)", "(s2)", "b"));
  const auto sidecars = StateBuilder().sandbox("s").running("s1").running("s2").exited("a", 0);
  EXPECT_THAT(order(pod, sidecars.get()), UnorderedElementsAre("(s1)", "s2"));
  const auto last = StateBuilder().sandbox("s").running("s1").exited("s2", 0);
  EXPECT_THAT(order(pod, last.get()), UnorderedElementsAre("s1"));
}

TEST(Termination, NobodyWaitsWhenTheGracePeriodIsOver) {
  const auto state = StateBuilder().sandbox("s").running("s1").running("s2").running("a");
  EXPECT_THAT(order(pod_with_sidecars(), state.get(), true), UnorderedElementsAre("s1", "s2", "a"));
}

TEST(Termination, AContainerThatIsNotInTheSpecEndsAtOnce) {
  const auto state = StateBuilder().sandbox("s").running("s1").running("old");
  EXPECT_THAT(order(pod_with_sidecars(), state.get()), UnorderedElementsAre("(s1)", "old"));
}

TEST(Termination, GraceOfThePod) {
  core_v1::Pod pod = make_pod();
  EXPECT_EQ(grace_of(pod), 30s);
  pod.mutable_spec()->set_terminationgraceperiodseconds(5);
  EXPECT_EQ(grace_of(pod), 5s);
  pod.mutable_metadata()->set_deletiongraceperiodseconds(2);
  EXPECT_EQ(grace_of(pod), 2s);
  pod.mutable_metadata()->set_deletiongraceperiodseconds(0);
  EXPECT_EQ(grace_of(pod), 1s);
}

TEST(Termination, AProbeMayHaveAGracePeriodOfItsOwn) {
  core_v1::Pod pod = make_pod();
  pod.mutable_spec()->set_terminationgraceperiodseconds(60);
  auto& container = add_container(pod, "a");
  container.mutable_livenessprobe()->set_terminationgraceperiodseconds(7);
  container.mutable_startupprobe()->set_periodseconds(1);
  EXPECT_EQ(grace_of(pod, &container, StopCause::kLiveness), 7s);
  EXPECT_EQ(grace_of(pod, &container, StopCause::kStartup), 60s);
  EXPECT_EQ(grace_of(pod, &container, StopCause::kChanged), 60s);
  EXPECT_EQ(grace_of(pod, nullptr, StopCause::kUnwanted), 60s);
  pod.mutable_metadata()->set_deletiongraceperiodseconds(3);
  EXPECT_EQ(grace_of(pod, &container, StopCause::kLiveness), 3s);
}

}  // namespace
}  // namespace kubus::kubelet::test
