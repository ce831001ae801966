#include "allocation.h"

#include <gtest/gtest.h>

#include "kubus/api/json.h"
#include "status_scene.h"

namespace kubus::kubelet::test {
namespace {

constexpr const char* kPending =
    "True(Infeasible): In-place resize of containers is not supported by this node";

std::string cpu(const std::string& amount) {
  return R"({"limits":{"cpu":")" + amount + R"("},"requests":{"cpu":")" + amount + R"("}})";
}

void ask(core_v1::Container& container, const std::string& amount) {
  ASSERT_TRUE(from_json(cpu(amount), *container.mutable_resources()).ok());
}

// A pod whose container "a" asks for so much.
PodPtr pod_asking(const std::string& amount) {
  auto pod = std::make_shared<core_v1::Pod>(make_pod());
  ask(add_container(*pod, "a"), amount);
  return pod;
}

// Its newest container was made with so much.
NodeRuntime::PodState made_with(NodeRuntime::PodState state, const std::string& amount) {
  auto& config = *state.containers.front().mutable_config();
  (*config.mutable_annotations())[kContainerResources] = cpu(amount);
  return state;
}

core_v1::PodStatus status_of(const PodPtr& pod, const NodeRuntime::PodState& state) {
  const PodPtr allocated = as_allocated(pod, state);
  Scene scene(*allocated, state);
  scene.resize_pending = allocated != pod;
  return scene.status();
}

TEST(Allocation, AContainerKeepsWhatItWasMadeWith) {
  const auto s = [] { return StateBuilder().sandbox("s"); };
  struct Case {
    std::string name, asked;
    NodeRuntime::PodState state;
    std::string shown, condition;
  };
  const auto running = s().running("a").get();
  const Case cases[] = {
      {"as asked", "1", made_with(running, "1"), "1", "absent"},
      {"as much in other words", "1", made_with(running, "1000m"), "1", "absent"},
      {"resized", "2", made_with(running, "1"), "1", kPending},
      {"resized, then ended", "2", made_with(s().exited("a", 1).get(), "1"), "1", kPending},
      {"resized before its start", "2", made_with(s().created("a").get(), "1"), "1", kPending},
      {"not made yet", "2", s().get(), "2", "absent"},
      {"made by an earlier version", "2", running, "2", "absent"},
  };
  for (const Case& c : cases) {
    const PodPtr pod = pod_asking(c.asked);
    const auto status = status_of(pod, c.state);
    const auto& own = status.containerstatuses(0);
    EXPECT_EQ(to_json(own.resources()), cpu(c.shown)) << c.name;
    ASSERT_TRUE(own.allocatedresources().contains("cpu")) << c.name;
    EXPECT_EQ(own.allocatedresources().at("cpu").string(), c.shown) << c.name;
    EXPECT_EQ(condition(status, "PodResizePending"), c.condition) << c.name;
    EXPECT_EQ(to_json(as_allocated(pod, c.state)->spec().containers(0).resources()), cpu(c.shown))
        << c.name;
    EXPECT_EQ(to_json(pod->spec().containers(0).resources()), cpu(c.asked)) << c.name;
  }
}

TEST(Allocation, TheConditionGoesWithTheWishOrThePod) {
  const auto state = made_with(StateBuilder().sandbox("s").running("a").get(), "1");
  const auto resized = std::make_shared<core_v1::Pod>(*pod_asking("2"));
  *resized->mutable_status() = status_of(resized, state);
  ASSERT_EQ(condition(resized->status(), "PodResizePending"), kPending);
  EXPECT_EQ(condition(status_of(resized, state), "PodResizePending"), kPending);
  const auto back = std::make_shared<core_v1::Pod>(*pod_asking("1"));
  *back->mutable_status() = resized->status();
  EXPECT_EQ(condition(status_of(back, state), "PodResizePending"), "absent");
  resized->mutable_status()->set_phase("Failed");
  EXPECT_EQ(condition(status_of(resized, state), "PodResizePending"), "absent");
}

TEST(Allocation, SidecarsKeepTheirsToo) {
  auto pod = std::make_shared<core_v1::Pod>(make_pod());
  ask(add_sidecar(*pod, "side"), "2");
  const auto state = made_with(StateBuilder().sandbox("s").running("side").get(), "1");
  EXPECT_EQ(to_json(as_allocated(pod, state)->spec().initcontainers(0).resources()), cpu("1"));
}

TEST(Allocation, WhatIsWrittenIsReadAgain) {
  core_v1::Container container;
  ask(container, "1500m");
  auto state = StateBuilder().sandbox("s").running("a").get();
  (*state.containers.front().mutable_config()->mutable_annotations())[kContainerResources] =
      resources_text(container);
  const PodPtr pod = pod_asking("2");
  EXPECT_EQ(to_json(as_allocated(pod, state)->spec().containers(0).resources()), cpu("1500m"));
}

}  // namespace
}  // namespace kubus::kubelet::test
