#include "pod_status.h"

#include <gtest/gtest.h>

#include "kubus/api/time.h"
#include "status_scene.h"

namespace kubus::kubelet::test {
namespace {

TEST(PodStatus, Phases) {
  struct Case {
    std::string name, policy;
    StateBuilder state;
    bool terminating;
    std::string phase;
  };
  const auto s = [] { return StateBuilder().sandbox("s"); };
  const Case cases[] = {
      {"nothing yet", "Always", StateBuilder(), false, "Pending"},
      {"one of two waits", "Always", s().running("a"), false, "Pending"},
      {"both run", "Always", s().running("a").running("b"), false, "Running"},
      {"one ended, to be restarted", "Always", s().running("a").exited("b", 1), false, "Running"},
      {"both ended, to be restarted", "Always", s().exited("a", 0).exited("b", 0), false,
       "Running"},
      {"one failed, the other runs", "Never", s().exited("a", 1).running("b"), false, "Running"},
      {"all well", "Never", s().exited("a", 0).exited("b", 0), false, "Succeeded"},
      {"one failed", "Never", s().exited("a", 0).exited("b", 2), false, "Failed"},
      {"one to be repeated", "OnFailure", s().exited("a", 0).exited("b", 2), false, "Running"},
      {"all well, on failure", "OnFailure", s().exited("a", 0).exited("b", 0), false, "Succeeded"},
      {"deleted, ended well", "Always", s().exited("a", 0).exited("b", 0), true, "Succeeded"},
      {"deleted, killed", "Always", s().exited("a", 137).exited("b", 0), true, "Failed"},
      {"deleted, one was never started", "Always", s().exited("a", 0), true, "Failed"},
  };
  for (const Case& c : cases) {
    Scene scene(make_pod(c.policy), c.state.get());
    add_container(scene.pod, "a");
    add_container(scene.pod, "b");
    scene.terminating = c.terminating;
    EXPECT_EQ(scene.status().phase(), c.phase) << c.name;
  }
}

TEST(PodStatus, PhasesWithInitContainers) {
  struct Case {
    std::string name, policy;
    StateBuilder state;
    std::string phase;
  };
  const auto s = [] { return StateBuilder().sandbox("s"); };
  const Case cases[] = {
      {"runs", "Always", s().running("i"), "Pending"},
      {"done", "Always", s().exited("i", 0), "Pending"},
      {"failed, repeated", "Always", s().exited("i", 1), "Pending"},
      {"failed for good", "Never", s().exited("i", 1), "Failed"},
      {"regular runs", "Never", s().exited("i", 0).running("a"), "Running"},
  };
  for (const Case& c : cases) {
    Scene scene(make_pod(c.policy), c.state.get());
    add_init(scene.pod, "i");
    add_container(scene.pod, "a");
    EXPECT_EQ(scene.status().phase(), c.phase) << c.name;
  }
}

TEST(PodStatus, APodIsNotOverWhileASidecarRuns) {
  Scene scene(make_pod("Never"));
  add_sidecar(scene.pod, "side");
  add_container(scene.pod, "a");
  scene.pod.mutable_status()->set_phase("Running");
  scene.state = StateBuilder().sandbox("s").running("side").exited("a", 0).get();
  EXPECT_EQ(scene.status().phase(), "Running");
  scene.state = StateBuilder().sandbox("s").exited("side", 0).exited("a", 0).get();
  EXPECT_EQ(scene.status().phase(), "Succeeded");
}

TEST(PodStatus, AFinishedPodStaysFinished) {
  Scene scene(make_pod());
  add_container(scene.pod, "a");
  scene.pod.mutable_status()->set_phase("Succeeded");
  EXPECT_EQ(scene.status().phase(), "Succeeded");
}

TEST(PodStatus, ThePodEndedByItsNodeSaysWhy) {
  Scene scene(make_pod(), StateBuilder().sandbox("s").exited("a", 137).get());
  add_container(scene.pod, "a");
  scene.terminating = true;
  scene.failed_reason = "DeadlineExceeded";
  const auto status = scene.status();
  EXPECT_EQ(status.phase(), "Failed");
  EXPECT_EQ(status.reason(), "DeadlineExceeded");
  EXPECT_EQ(status.message(), "why");
}

TEST(PodStatus, ConditionsOfAPodThatRuns) {
  Scene scene(make_pod(), StateBuilder().sandbox("s").running("a").running("b").get());
  add_container(scene.pod, "a");
  add_container(scene.pod, "b");
  auto status = scene.status();
  for (const char* type :
       {"PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"})
    EXPECT_EQ(condition(status, type), "True") << type;
  for (const auto& c : status.conditions()) EXPECT_EQ(c.observedgeneration(), 3) << c.type();
  scene.unready = {"b"};
  status = scene.status();
  EXPECT_EQ(condition(status, "Ready"),
            "False(ContainersNotReady): containers with unready status: [b]");
  EXPECT_EQ(condition(status, "ContainersReady"), condition(status, "Ready"));
}

TEST(PodStatus, ConditionsBeforeAndAfter) {
  struct Case {
    std::string name, policy;
    StateBuilder state;
    std::string initialized, ready;
  };
  const std::string unready = "containers with unready status: [a]";
  const Case cases[] = {
      {"no sandbox", "Always", StateBuilder(),
       "False(ContainersNotInitialized): containers with incomplete status: [i]",
       "False(ContainersNotReady): " + unready},
      {"init runs", "Always", StateBuilder().sandbox("s").running("i"),
       "False(ContainersNotInitialized): containers with incomplete status: [i]",
       "False(ContainersNotReady): " + unready},
      {"init done", "Always", StateBuilder().sandbox("s").exited("i", 0), "True",
       "False(ContainersNotReady): " + unready},
      {"succeeded", "Never", StateBuilder().sandbox("s").exited("i", 0).exited("a", 0),
       "True(PodCompleted)", "False(PodCompleted)"},
      {"failed", "Never", StateBuilder().sandbox("s").exited("i", 0).exited("a", 1), "True",
       "False(PodFailed)"},
  };
  for (const Case& c : cases) {
    Scene scene(make_pod(c.policy), c.state.get());
    add_init(scene.pod, "i");
    add_container(scene.pod, "a");
    const auto status = scene.status();
    EXPECT_EQ(condition(status, "Initialized"), c.initialized) << c.name;
    EXPECT_EQ(condition(status, "Ready"), c.ready) << c.name;
  }
}

TEST(PodStatus, StartsWhenTheNodeTookItOn) {
  Scene scene(make_pod());
  EXPECT_EQ(to_time(scene.status().starttime()), scene.since);
  *scene.pod.mutable_status() = scene.status();
  const SystemTime first = scene.since;
  scene.since += std::chrono::hours(1);
  EXPECT_EQ(to_time(scene.status().starttime()), first);
}

TEST(PodStatus, NoAddressMeansNotReadyToStart) {
  Scene scene(make_pod(), StateBuilder().sandbox("s").get());
  add_container(scene.pod, "a");
  EXPECT_EQ(condition(scene.status(), "PodReadyToStartContainers"), "True");
  scene.ips.clear();
  EXPECT_EQ(condition(scene.status(), "PodReadyToStartContainers"), "False");
}

TEST(PodStatus, ReadinessGates) {
  Scene scene(make_pod(), StateBuilder().sandbox("s").running("a").get());
  add_container(scene.pod, "a");
  scene.pod.mutable_spec()->add_readinessgates()->set_conditiontype("example.com/up");
  EXPECT_EQ(condition(scene.status(), "Ready"),
            "False(ReadinessGatesNotReady): corresponding condition of pod readiness gate "
            "\"example.com/up\" does not exist.");
  auto& gate = *scene.pod.mutable_status()->add_conditions();
  gate.set_type("example.com/up");
  gate.set_status("False");
  EXPECT_EQ(condition(scene.status(), "Ready"),
            "False(ReadinessGatesNotReady): the status of pod readiness gate \"example.com/up\" is "
            "not \"True\", but False");
  gate.set_status("True");
  const auto status = scene.status();
  EXPECT_EQ(condition(status, "Ready"), "True");
  EXPECT_EQ(status.conditions(0).type(), "example.com/up") << "those of others stay";
}

TEST(PodStatus, TransitionTimesMoveOnlyWithTheStatus) {
  Scene scene(make_pod(), StateBuilder().sandbox("s").running("a").get());
  add_container(scene.pod, "a");
  *scene.pod.mutable_status() = scene.status();
  const SystemTime then = std::chrono::system_clock::now() - std::chrono::hours(1);
  for (auto& c : *scene.pod.mutable_status()->mutable_conditions())
    set_time(*c.mutable_lasttransitiontime(), then);
  scene.unready = {"a"};
  const auto status = scene.status();
  for (const auto& c : status.conditions()) {
    const bool moved = c.type() == "Ready" || c.type() == "ContainersReady";
    EXPECT_EQ(to_time(c.lasttransitiontime()) > then + std::chrono::minutes(1), moved) << c.type();
  }
}

TEST(PodStatus, AddressesOutliveTheNetwork) {
  Scene scene(make_pod("Never"), StateBuilder().sandbox("s").running("a").get());
  add_container(scene.pod, "a");
  *scene.pod.mutable_status() = scene.status();
  EXPECT_EQ(scene.pod.status().podip(), "10.244.0.5");
  scene.ips.clear();
  EXPECT_EQ(scene.status().podip(), "") << "a pod that runs has the address it has";
  scene.state = StateBuilder().sandbox("s", false).exited("a", 0).get();
  EXPECT_EQ(scene.status().podip(), "10.244.0.5");
  EXPECT_EQ(scene.status().podips(0).ip(), "10.244.0.5");
}

TEST(PodStatus, WhatWasNeverFoundCountsAsFailedAtTheEnd) {
  Scene scene(make_pod(), StateBuilder().sandbox("s").exited("a", 0).get());
  add_container(scene.pod, "a");
  add_container(scene.pod, "b");
  scene.terminating = true;
  const auto lost = scene.status().containerstatuses(1).state();
  ASSERT_TRUE(lost.has_terminated());
  EXPECT_FALSE(lost.has_waiting());
  EXPECT_EQ(lost.terminated().reason(), "ContainerStatusUnknown");
  EXPECT_EQ(lost.terminated().exitcode(), 137);
}

TEST(PodStatus, ARejectedPod) {
  core_v1::Pod pod = make_pod();
  auto& scheduled = *pod.mutable_status()->add_conditions();
  scheduled.set_type("PodScheduled");
  scheduled.set_status("True");
  const auto status = make_rejected_status(pod, "OutOfcpu", "Node didn't have enough resource");
  EXPECT_EQ(status.phase(), "Failed");
  EXPECT_EQ(status.reason(), "OutOfcpu");
  EXPECT_EQ(status.message(), "Pod was rejected: Node didn't have enough resource");
  EXPECT_EQ(condition(status, "PodScheduled"), "True");
  EXPECT_EQ(status.containerstatuses_size(), 0);
}

}  // namespace
}  // namespace kubus::kubelet::test
