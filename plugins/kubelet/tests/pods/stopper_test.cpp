// How containers are ended: hook, signal, grace period.
#include "stopper.h"

#include <gmock/gmock.h>

#include "fake_node.h"
#include "kubus/events.h"
#include "pod_builder.h"

namespace kubus::kubelet::test {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Gt;
using ::testing::Le;

class StopperTest : public ::testing::Test {
 protected:
  StopperTest() {
    auto pod = make_pod();
    add_container(pod, "main");
    auto& hooked = add_container(pod, "hooked");
    hooked.mutable_lifecycle()->mutable_prestop()->mutable_exec()->add_command("goodbye");
    pod_ = std::make_shared<core_v1::Pod>(pod);
    for (const char* name : {"main", "hooked"}) {
      auto& container = containers_[name];
      container.set_id(std::string(name) + "-0");
      container.set_pod_uid("u1");
      container.mutable_config()->set_name(name);
    }
  }

  // True when it is the first order.
  bool stop(const std::string& name, std::chrono::milliseconds left, bool hold = false) {
    return stopper_.stop({pod_, find_container(*pod_, name), containers_.at(name),
                          std::chrono::steady_clock::now() + left, hold});
  }
  void stopped(std::size_t index) { node_.stops.answer(index)(runtime::StopContainerResponse()); }
  void hook_ends(std::size_t index, int exit_code) {
    runtime::ExecSyncResponse response;
    response.set_exit_code(exit_code);
    node_.execs.answer(index)(response);
  }

  FakeNode node_;
  PodPtr pod_;
  std::map<std::string, runtime::Container> containers_;
  Calls ended_;
  EventRecorder events_{node_.context(), "kubelet", "n1"};
  Hooks hooks_{node_.context(), node_.runtime()};
  Stopper stopper_{node_.context(), node_.runtime(), hooks_, events_,
                   [this](const std::string& uid) { ended_.add(uid); }};
};

TEST_F(StopperTest, AContainerHasTheRestOfTheGracePeriod) {
  EXPECT_TRUE(stop("main", 60s));
  EXPECT_EQ(node_.stops.request(0).id(), "main-0");
  EXPECT_THAT(node_.stops.request(0).timeout_ms(), AllOf(Gt(0), Le(60'000)));
  stopped(0);
  EXPECT_THAT(ended_.wait(1), ElementsAre("u1"));
  EXPECT_TRUE(stop("main", 60s)) << "what has ended is forgotten";
}

TEST_F(StopperTest, AContainerHasTwoSecondsWhenNothingIsLeft) {
  stop("main", 0s);
  EXPECT_EQ(node_.stops.request(0).timeout_ms(), 2'000);
}

TEST_F(StopperTest, TheHookComesFirst) {
  EXPECT_TRUE(stop("hooked", 60s));
  EXPECT_EQ(node_.execs.request(0).id(), "hooked-0");
  EXPECT_THAT(node_.execs.request(0).command(), ElementsAre("goodbye"));
  EXPECT_THAT(node_.execs.request(0).timeout_ms(), AllOf(Gt(0), Le(60'000)));
  EXPECT_EQ(node_.stops.count(), 0u);
  hook_ends(0, 0);
  EXPECT_EQ(node_.stops.request(0).id(), "hooked-0");
  stopped(0);
  EXPECT_THAT(ended_.wait(1), ElementsAre("u1"));
  EXPECT_EQ(node_.events.count(), 0u);
}

TEST_F(StopperTest, AHookThatFailsIsToldOfAndHoldsNothingUp) {
  stop("hooked", 60s);
  hook_ends(0, 3);
  EXPECT_EQ(node_.stops.request(0).id(), "hooked-0");
  const auto& event = node_.events.request(0);
  EXPECT_EQ(event.type(), "Warning");
  EXPECT_EQ(event.reason(), "FailedPreStopHook");
  EXPECT_EQ(event.message(), "PreStopHook failed");
  EXPECT_EQ(event.involvedobject().fieldpath(), "spec.containers{hooked}");
}

TEST_F(StopperTest, NoHookIsRunWithoutTime) {
  stop("hooked", 0s);
  EXPECT_EQ(node_.stops.request(0).id(), "hooked-0");
  EXPECT_EQ(node_.execs.count(), 0u);
}

TEST_F(StopperTest, ALaterOrderShortensTheTimeAndNeverLengthensIt) {
  EXPECT_TRUE(stop("main", 1h));
  EXPECT_GT(node_.stops.request(0).timeout_ms(), 1'000'000);
  EXPECT_FALSE(stop("main", 30s));
  EXPECT_LE(node_.stops.request(1).timeout_ms(), 30'000);
  EXPECT_FALSE(stop("main", 2h));
  stopped(1);
  EXPECT_THAT(ended_.wait(1), ElementsAre("u1"));
  EXPECT_EQ(node_.stops.count(), 2u);
}

TEST_F(StopperTest, AHeldContainerIsStoppedByALaterOrder) {
  EXPECT_TRUE(stop("main", 1h, true));
  EXPECT_FALSE(stop("main", 30s));
  // The first to arrive is the second order's.
  EXPECT_LE(node_.stops.request(0).timeout_ms(), 30'000);
}

TEST_F(StopperTest, TheHookOfAHeldContainerRunsMeanwhile) {
  EXPECT_TRUE(stop("hooked", 1h, true));
  hook_ends(0, 0);
  EXPECT_FALSE(stop("hooked", 30s));
  EXPECT_LE(node_.stops.request(0).timeout_ms(), 30'000);
  EXPECT_EQ(node_.execs.count(), 1u);
}

TEST_F(StopperTest, WhatTheRuntimeCouldNotDoIsAskedForAgain) {
  stop("main", 60s);
  node_.stops.answer(0)(Status(Code::kInternalError, "no"));
  EXPECT_EQ(node_.stops.request(1).id(), "main-0");
  stopped(1);
  EXPECT_THAT(ended_.wait(1), ElementsAre("u1"));
}

TEST_F(StopperTest, APodThatIsForgottenHearsNothing) {
  stop("main", 60s);
  (void)node_.stops.request(0);
  stopper_.forget("u1");
  stopped(0);
  EXPECT_TRUE(stop("main", 60s)) << "nothing is known of it";
  stopped(1);
  EXPECT_THAT(ended_.wait(1), ElementsAre("u1"));
}

}  // namespace
}  // namespace kubus::kubelet::test
