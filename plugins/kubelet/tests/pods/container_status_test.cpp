#include "container_status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kubus/api/json.h"
#include "status_scene.h"

namespace kubus::kubelet::test {
namespace {

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

TEST(ContainerStatus, WhenTheTerminatedStartedAndEnded) {
  struct Case {
    std::int64_t started, finished;  // seconds, as the runtime says
    std::string started_text, finished_text;
  };
  const Case cases[] = {
      {1'700'000'000, 1'700'000'005, "2023-11-14T22:13:20Z", "2023-11-14T22:13:25Z"},
      {0, 0, "1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"},
  };
  for (const Case& c : cases) {
    Scene scene(make_pod(), StateBuilder().sandbox("s").exited("a", 137).get());
    add_container(scene.pod, "a");
    auto& container = scene.state.containers[0];
    container.set_started_at(c.started * 1'000'000'000);
    container.set_finished_at(c.finished * 1'000'000'000);
    container.set_signal(9);
    const auto ended = scene.status().containerstatuses(0).state().terminated();
    const std::string json = to_json(ended);
    EXPECT_THAT(json, testing::HasSubstr("\"startedAt\":\"" + c.started_text + "\""));
    EXPECT_THAT(json, testing::HasSubstr("\"finishedAt\":\"" + c.finished_text + "\""));
    EXPECT_FALSE(ended.has_signal()) << "told by the exit code";
  }
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
