#include "actions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pod_builder.h"

namespace kubus::kubelet::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Names = std::vector<std::string>;

struct Probes {
  std::map<std::string, ProbeVerdict> liveness, startup;  // by container name
};

Actions plan(const core_v1::Pod& pod, const NodeRuntime::PodState& state,
             const Probes& probes = {}) {
  const auto of = [](const std::map<std::string, ProbeVerdict>& verdicts) {
    return [&verdicts](const runtime::Container& container) {
      auto it = verdicts.find(container.config().name());
      return it == verdicts.end() ? ProbeVerdict::kUnknown : it->second;
    };
  };
  return compute_actions({pod, state, of(probes.liveness), of(probes.startup)});
}

// "name#restarts" of what is to be started.
Names started(const Actions& actions) {
  Names out;
  for (const auto& start : actions.start)
    out.push_back(start.container.spec->name() + "#" + std::to_string(start.restarts));
  return out;
}
Names stopped(const Actions& actions) {
  Names out;
  for (const auto& stop : actions.stop) out.push_back(stop.container->id());
  return out;
}

TEST(Actions, ANewPodGetsASandboxAndAllItsContainers) {
  core_v1::Pod pod = make_pod();
  add_container(pod, "a");
  add_container(pod, "b");
  const Actions actions = plan(pod, {});
  EXPECT_TRUE(actions.make_sandbox);
  EXPECT_THAT(started(actions), ElementsAre("a#0", "b#0"));
}

TEST(Actions, NothingIsDoneWhileAllRun) {
  core_v1::Pod pod = make_pod();
  add_container(pod, "a");
  const StateBuilder state = StateBuilder().sandbox("s").running("a");
  const Actions actions = plan(pod, state.get());
  EXPECT_FALSE(actions.make_sandbox);
  EXPECT_FALSE(actions.finished);
  EXPECT_THAT(actions.start, IsEmpty());
  EXPECT_THAT(actions.stop, IsEmpty());
}

TEST(Actions, RestartPolicies) {
  struct Case {
    std::string policy;
    int exit_code;
    bool restarted, finished;
  };
  const Case cases[] = {
      {"Always", 0, true, false},    {"Always", 1, true, false}, {"OnFailure", 0, false, true},
      {"OnFailure", 1, true, false}, {"Never", 0, false, true},  {"Never", 1, false, true},
  };
  for (const Case& c : cases) {
    core_v1::Pod pod = make_pod(c.policy);
    add_container(pod, "a");
    const StateBuilder state = StateBuilder().sandbox("s").exited("a", c.exit_code, 2);
    const Actions actions = plan(pod, state.get());
    EXPECT_EQ(started(actions), c.restarted ? Names{"a#3"} : Names{}) << c.policy << c.exit_code;
    EXPECT_EQ(actions.finished, c.finished) << c.policy << c.exit_code;
  }
}

TEST(Actions, APodIsNotFinishedWhileOneContainerRuns) {
  core_v1::Pod pod = make_pod("Never");
  add_container(pod, "a");
  add_container(pod, "b");
  const StateBuilder state = StateBuilder().sandbox("s").exited("a", 1).running("b");
  EXPECT_FALSE(plan(pod, state.get()).finished);
}

TEST(Actions, AContainerThatWasMadeButNotStartedKeepsItsCount) {
  core_v1::Pod pod = make_pod();
  add_container(pod, "a");
  const StateBuilder state = StateBuilder().sandbox("s").created("a", 2);
  EXPECT_THAT(started(plan(pod, state.get())), ElementsAre("a#2"));
}

TEST(Actions, InitContainersRunOneAfterTheOther) {
  core_v1::Pod pod = make_pod();
  add_init(pod, "i1");
  add_init(pod, "i2");
  add_container(pod, "a");
  EXPECT_THAT(started(plan(pod, {})), ElementsAre("i1#0"));
  StateBuilder state;
  state.sandbox("s").running("i1");
  EXPECT_THAT(started(plan(pod, state.get())), IsEmpty());
  EXPECT_THAT(started(plan(pod, StateBuilder().sandbox("s").exited("i1", 0).get())),
              ElementsAre("i2#0"));
  EXPECT_THAT(started(plan(pod, StateBuilder().sandbox("s").exited("i1", 0).exited("i2", 0).get())),
              ElementsAre("a#0"));
}

TEST(Actions, AFailedInitContainerIsRepeatedOrFailsThePod) {
  for (const std::string policy : {"Always", "OnFailure", "Never"}) {
    core_v1::Pod pod = make_pod(policy);
    add_init(pod, "i");
    add_container(pod, "a");
    const Actions actions = plan(pod, StateBuilder().sandbox("s").exited("i", 1).get());
    EXPECT_EQ(started(actions), policy == "Never" ? Names{} : Names{"i#1"}) << policy;
    EXPECT_EQ(actions.finished, policy == "Never") << policy;
  }
}

TEST(Actions, InitContainersAreSettledOnceRegularOnesHaveRun) {
  core_v1::Pod pod = make_pod();
  add_init(pod, "i");
  add_container(pod, "a");
  const StateBuilder state = StateBuilder().sandbox("s").exited("i", 0).exited("a", 1);
  EXPECT_THAT(started(plan(pod, state.get())), ElementsAre("a#1"));
}

TEST(Actions, SidecarsHoldTheOthersBackUntilTheyHaveStarted) {
  core_v1::Pod pod = make_pod();
  add_sidecar(pod, "s1").mutable_startupprobe();
  add_container(pod, "a");
  const StateBuilder state = StateBuilder().sandbox("s").running("s1");
  EXPECT_THAT(started(plan(pod, state.get())), IsEmpty());
  EXPECT_THAT(started(plan(pod, state.get(), {{}, {{"s1", ProbeVerdict::kPassed}}})),
              ElementsAre("a#0"));
}

TEST(Actions, ASidecarThatEndsIsStartedAgainWhateverThePolicy) {
  core_v1::Pod pod = make_pod("Never");
  add_sidecar(pod, "s1");
  add_container(pod, "a");
  const StateBuilder state = StateBuilder().sandbox("s").exited("s1", 0).running("a");
  EXPECT_THAT(started(plan(pod, state.get())), ElementsAre("s1#1"));
}

TEST(Actions, SidecarsDoNotKeepAPodAlive) {
  core_v1::Pod pod = make_pod("Never");
  add_sidecar(pod, "s1");
  add_container(pod, "a");
  for (const StateBuilder& state : {StateBuilder().sandbox("s").running("s1").exited("a", 0),
                                    StateBuilder().sandbox("s").exited("s1", 1).exited("a", 0)}) {
    const Actions actions = plan(pod, state.get());
    EXPECT_TRUE(actions.finished);
    EXPECT_THAT(started(actions), IsEmpty());
  }
}

TEST(Actions, ADeadSandboxEndsWhatIsLeftInItFirst) {
  core_v1::Pod pod = make_pod();
  add_container(pod, "a");
  const StateBuilder state = StateBuilder().sandbox("s", false).running("a");
  const Actions actions = plan(pod, state.get());
  EXPECT_FALSE(actions.make_sandbox);
  EXPECT_THAT(stopped(actions), ElementsAre("a-0"));
  EXPECT_EQ(actions.stop[0].why, "Stopping container a");
  EXPECT_THAT(actions.start, IsEmpty());
}

TEST(Actions, ANewSandboxStartsThePodFromTheBeginning) {
  core_v1::Pod pod = make_pod();
  add_init(pod, "i");
  add_container(pod, "a");
  const StateBuilder state = StateBuilder().sandbox("s", false).exited("i", 0).exited("a", 137);
  const Actions actions = plan(pod, state.get());
  EXPECT_TRUE(actions.make_sandbox);
  EXPECT_THAT(started(actions), ElementsAre("i#1"));
  // In the new sandbox, after the init container.
  StateBuilder next = state;
  next.sandbox("t").exited("i", 0, 1);
  EXPECT_THAT(started(plan(pod, next.get())), ElementsAre("a#1"));
}

TEST(Actions, ADeadSandboxFinishesAPodThatIsNotToRestart) {
  struct Case {
    std::string policy;
    int exit_code;
    bool finished;
  };
  const Case cases[] = {{"Never", 137, true},
                        {"OnFailure", 0, true},
                        {"OnFailure", 137, false},
                        {"Always", 0, false}};
  for (const Case& c : cases) {
    core_v1::Pod pod = make_pod(c.policy);
    add_container(pod, "a");
    const StateBuilder state = StateBuilder().sandbox("s", false).exited("a", c.exit_code);
    const Actions actions = plan(pod, state.get());
    EXPECT_EQ(actions.finished, c.finished) << c.policy << c.exit_code;
    EXPECT_EQ(actions.make_sandbox, !c.finished) << c.policy << c.exit_code;
  }
}

TEST(Actions, ASandboxThatNeverHeldAContainerIsMadeAgain) {
  core_v1::Pod pod = make_pod("Never");
  add_container(pod, "a");
  EXPECT_TRUE(plan(pod, StateBuilder().sandbox("s", false).get()).make_sandbox);
}

TEST(Actions, FailedProbesEndTheContainer) {
  struct Case {
    std::string policy;
    bool startup, sidecar;
    std::string why;
  };
  const Case cases[] = {
      {"Always", false, false, "Container a failed liveness probe, will be restarted"},
      {"Always", true, false, "Container a failed startup probe, will be restarted"},
      {"Never", false, false, "Container a failed liveness probe"},
      {"Always", false, true, "Init container a failed liveness probe"},
      {"Never", true, true, "Init container a failed startup probe"},
  };
  for (const Case& c : cases) {
    core_v1::Pod pod = make_pod(c.policy);
    c.sidecar ? add_sidecar(pod, "a") : add_container(pod, "a");
    if (c.sidecar) add_container(pod, "b");
    StateBuilder state;
    state.sandbox("s").running("a");
    const std::map<std::string, ProbeVerdict> failed{{"a", ProbeVerdict::kFailed}};
    const Actions actions =
        plan(pod, state.get(), c.startup ? Probes{{}, failed} : Probes{failed, {}});
    ASSERT_THAT(stopped(actions), ElementsAre("a-0")) << c.why;
    EXPECT_EQ(actions.stop[0].why, c.why);
    EXPECT_EQ(actions.stop[0].cause, c.startup ? StopCause::kStartup : StopCause::kLiveness);
  }
}

TEST(Actions, AChangedContainerIsReplaced) {
  core_v1::Pod pod = make_pod("Never");
  auto& container = add_container(pod, "a");
  StateBuilder builder;
  NodeRuntime::PodState state = builder.sandbox("s").running("a").get();
  auto& hash = (*state.containers[0].mutable_config()->mutable_annotations())[kContainerHash];
  hash = container_hash(container);
  EXPECT_THAT(plan(pod, state).stop, IsEmpty());
  container.set_image("demo:2.0");
  const Actions actions = plan(pod, state);
  ASSERT_EQ(actions.stop.size(), 1u);
  EXPECT_EQ(actions.stop[0].why, "Container a definition changed, will be restarted");
}

TEST(Actions, EphemeralContainersAreLeftAlone) {
  core_v1::Pod pod = make_pod();
  add_container(pod, "a");
  NodeRuntime::PodState state = StateBuilder().sandbox("s").running("a").running("debug").get();
  (*state.containers[0].mutable_config()->mutable_annotations())[kContainerKind] = "ephemeral";
  EXPECT_THAT(plan(pod, state).stop, IsEmpty());
}

}  // namespace
}  // namespace kubus::kubelet::test
