#include "pod_status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kubus/api/time.h"
#include "kubus/workload.h"
#include "pod_builder.h"

namespace kubus::kubelet::test {
namespace {

struct Scene {
  explicit Scene(core_v1::Pod p, NodeRuntime::PodState s = {})
      : pod(std::move(p)), state(std::move(s)) {}
  core_v1::Pod pod;
  NodeRuntime::PodState state;
  std::map<std::string, WaitReason> waiting;
  std::set<std::string> unready, unstarted, hooked;  // container names
  std::vector<std::string> ips{"10.244.0.5"};
  bool terminating = false;
  std::string failed_reason;
  SystemTime since = SystemTime(std::chrono::seconds(1'700'000'000));

  core_v1::PodStatus status() const {
    const auto unless = [](const std::set<std::string>& names) {
      return [&names](const runtime::Container& c) { return !names.contains(c.config().name()); };
    };
    StatusInput input{pod,
                      state,
                      since,
                      "192.0.2.1",
                      ips,
                      terminating,
                      {},
                      unless(unready),
                      unless(unstarted),
                      {},
                      failed_reason,
                      failed_reason.empty() ? "" : "why"};
    input.waiting = [this](const std::string& name) {
      auto it = waiting.find(name);
      return it == waiting.end() ? WaitReason() : it->second;
    };
    input.starting = [this](const runtime::Container& c) {
      return hooked.contains(c.config().name());
    };
    return make_pod_status(input);
  }
};

// "Type=Status(Reason): Message"
std::string condition(const core_v1::PodStatus& status, const std::string& type) {
  for (const auto& c : status.conditions()) {
    if (c.type() != type) continue;
    return c.status() + (c.reason().empty() ? "" : "(" + c.reason() + ")") +
           (c.message().empty() ? "" : ": " + c.message());
  }
  return "absent";
}

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

// --- the statuses of containers ---

TEST(ContainerStatus, Waiting) {
  Scene scene(make_pod(), StateBuilder().sandbox("s").get());
  add_container(scene.pod, "a");
  auto own = scene.status().containerstatuses(0);
  EXPECT_EQ(own.state().waiting().reason(), "ContainerCreating");
  EXPECT_EQ(own.image(), "demo:1.0");
  EXPECT_FALSE(own.ready());
  EXPECT_FALSE(own.started());
  scene.waiting["a"] = {"ErrImagePull", "no such image"};
  own = scene.status().containerstatuses(0);
  EXPECT_EQ(own.state().waiting().reason(), "ErrImagePull");
  EXPECT_EQ(own.state().waiting().message(), "no such image");
  scene.waiting.clear();
  add_init(scene.pod, "i");
  EXPECT_EQ(scene.status().containerstatuses(0).state().waiting().reason(), "PodInitializing");
  EXPECT_EQ(scene.status().initcontainerstatuses(0).state().waiting().reason(), "PodInitializing");
}

TEST(ContainerStatus, BetweenTwoRuns) {
  Scene scene(make_pod(), StateBuilder().sandbox("s").exited("a", 3, 4).get());
  add_container(scene.pod, "a");
  auto own = scene.status().containerstatuses(0);
  EXPECT_EQ(own.restartcount(), 4);
  EXPECT_EQ(own.state().terminated().exitcode(), 3);
  EXPECT_EQ(own.state().terminated().reason(), "Error");
  EXPECT_FALSE(own.laststate().has_terminated());
  scene.waiting["a"] = {"CrashLoopBackOff", "back-off"};
  own = scene.status().containerstatuses(0);
  EXPECT_EQ(own.state().waiting().reason(), "CrashLoopBackOff");
  EXPECT_EQ(own.laststate().terminated().exitcode(), 3);
  scene.terminating = true;
  own = scene.status().containerstatuses(0);
  EXPECT_EQ(own.state().terminated().exitcode(), 3) << "it does not come back";
}

TEST(ContainerStatus, TheRunBeforeIsTheLastState) {
  Scene scene(make_pod(), StateBuilder().sandbox("s").exited("a", 3, 0).running("a", 1).get());
  add_container(scene.pod, "a");
  const auto own = scene.status().containerstatuses(0);
  EXPECT_TRUE(own.state().has_running());
  EXPECT_TRUE(own.ready());
  EXPECT_TRUE(own.started());
  EXPECT_EQ(own.restartcount(), 1);
  EXPECT_EQ(own.laststate().terminated().exitcode(), 3);
}

TEST(ContainerStatus, ReadyOnlyAfterStartup) {
  Scene scene(make_pod(), StateBuilder().sandbox("s").running("a").get());
  add_container(scene.pod, "a");
  scene.unstarted = {"a"};
  const auto own = scene.status().containerstatuses(0);
  EXPECT_FALSE(own.started());
  EXPECT_FALSE(own.ready());
}

TEST(ContainerStatus, NotRunningBeforeItsPostStartHookIsThrough) {
  Scene scene(make_pod(), StateBuilder().sandbox("s").running("a").get());
  add_container(scene.pod, "a");
  scene.hooked = {"a"};
  EXPECT_EQ(scene.status().containerstatuses(0).state().waiting().reason(), "ContainerCreating");
}

TEST(ContainerStatus, AnInitContainerIsReadyWhenItIsDone) {
  Scene scene(make_pod(), StateBuilder().sandbox("s").exited("i", 0).get());
  add_init(scene.pod, "i");
  EXPECT_TRUE(scene.status().initcontainerstatuses(0).ready());
  scene.state = StateBuilder().sandbox("s").exited("i", 1).get();
  EXPECT_FALSE(scene.status().initcontainerstatuses(0).ready());
}

TEST(ContainerStatus, WhatDebugsAPodIsNeverReady) {
  Scene scene(make_pod(), StateBuilder().sandbox("s").running("a").running("d").get());
  add_container(scene.pod, "a");
  scene.pod.mutable_spec()->add_ephemeralcontainers()->mutable_ephemeralcontainercommon()->set_name(
      "d");
  const auto own = scene.status().ephemeralcontainerstatuses(0);
  EXPECT_TRUE(own.state().has_running());
  EXPECT_FALSE(own.ready());
  EXPECT_FALSE(own.has_started());
}

TEST(ContainerStatus, MountsResourcesAndIds) {
  Scene scene(make_pod(), StateBuilder().sandbox("s").running("a").get());
  auto& container = add_container(scene.pod, "a");
  auto& mount = *container.add_volumemounts();
  mount.set_name("v");
  mount.set_mountpath("/v");
  mount.set_readonly(true);
  scene.state.containers[0].set_image_ref("docker.io/library/demo@sha256:1");
  const auto own = scene.status().containerstatuses(0);
  EXPECT_EQ(own.containerid(), "kubus://a-0");
  EXPECT_EQ(own.imageid(), "docker.io/library/demo@sha256:1");
  ASSERT_EQ(own.volumemounts_size(), 1);
  EXPECT_EQ(own.volumemounts(0).recursivereadonly(), "Disabled");
}

}  // namespace
}  // namespace kubus::kubelet::test
