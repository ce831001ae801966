// What becomes of instances: each way to start and to end.
#include "bus_fixture.h"
#include "kubus/plugin.h"

namespace kubus::testing {
namespace {

// What the plugin under test does; set before it starts.
struct Behaviour {
  std::function<void()> create = [] {};
  std::function<Status()> start = [] { return Status(); };
  std::function<void()> drain = [] {};
  std::function<void()> destroy = [] {};
  std::function<void(Context&)> running = [](Context&) {};
};
Behaviour behaviour;

class Sample : public Plugin {
 public:
  explicit Sample(Context& context) : Plugin(context) { behaviour.create(); }
  ~Sample() override { behaviour.destroy(); }
  Status start() override {
    behaviour.running(context());
    return behaviour.start();
  }
  void drain() override { behaviour.drain(); }
  void reconfigure() override { ++reconfigured; }
  static std::atomic<int> reconfigured;
  using Plugin::ready;
  using Plugin::skip;
  using Plugin::starting;
};
std::atomic<int> Sample::reconfigured{0};

KUBUS_PLUGIN(Sample)

class InstanceTest : public BusTest {
 protected:
  void SetUp() override {
    BusTest::SetUp();
    behaviour = {};
  }
  void TearDown() override {
    release_.add(1000);
    BusTest::TearDown();
  }
  Instance& launch(std::chrono::milliseconds start_timeout = 60s) {
    auto made = host_->make_instance(
        {.id = "sample", .generation = ++generation_, .start_timeout = start_timeout});
    EXPECT_TRUE(made.ok()) << made.status().to_string();
    (*made)->start(kubus_plugin_entry_v1());
    return **made;
  }
  static bool reaches(Instance& instance, InstanceState state) {
    return eventually([&] { return instance.state() == state; });
  }

  std::uint64_t generation_ = 0;
  Event release_;
};

TEST_F(InstanceTest, AGoodPluginBecomesReadyAndStopsWithoutResidue) {
  Event destroyed;
  behaviour.destroy = [&] { destroyed.set(); };
  Instance& instance = launch();
  ASSERT_TRUE(reaches(instance, InstanceState::kReady));
  instance.stop(1s);
  EXPECT_EQ(instance.wait_stopped(5s), InstanceState::kStopped);
  EXPECT_TRUE(destroyed.wait());
  EXPECT_EQ(instance.residue().to_string(), "nothing");
  EXPECT_TRUE(host_->release(&instance).ok());
}

TEST_F(InstanceTest, EachOutcomeOfAStartHasItsStateAndReason) {
  struct Case {
    const char* name;
    std::function<void()> prepare;
    InstanceState state;
    const char* reason;
  };
  const Case cases[] = {
      {"skip", [] { behaviour.start = [] { return Sample::skip("no such device"); }; },
       InstanceState::kSkipped, "no such device"},
      {"fail", [] { behaviour.start = [] { return Status(Code::kNotFound, "no file"); }; },
       InstanceState::kFailed, "no file"},
      {"throws in start",
       [] { behaviour.start = []() -> Status { throw std::runtime_error("boom"); }; },
       InstanceState::kFailed, "boom"},
      {"throws in create", [] { behaviour.create = [] { throw std::runtime_error("early"); }; },
       InstanceState::kFailed, "early"},
      {"throws an int", [] { behaviour.create = [] { throw 7; }; }, InstanceState::kFailed,
       "unknown exception"},
  };
  for (const Case& one : cases) {
    behaviour = {};
    one.prepare();
    Instance& instance = launch();
    EXPECT_TRUE(reaches(instance, one.state)) << one.name;
    EXPECT_THAT(instance.why().message(), ::testing::HasSubstr(one.reason)) << one.name;
    instance.stop(1s);
    EXPECT_EQ(instance.wait_stopped(5s), InstanceState::kStopped) << one.name;
  }
}

TEST_F(InstanceTest, AStartThatTakesTimeSaysWhenItIsReady) {
  Context* context = nullptr;
  behaviour.running = [&](Context& c) { context = &c; };
  behaviour.start = [&] {
    context->pool().post([&] { release_.wait(); });
    return Sample::starting();
  };
  Instance& instance = launch();
  EXPECT_TRUE(eventually([&] { return instance.residue().threads == 2; }));
  EXPECT_EQ(instance.state(), InstanceState::kStarting);
  context->fail(Status(Code::kTimeout, "gave up"));
  EXPECT_TRUE(reaches(instance, InstanceState::kFailed));
  EXPECT_EQ(instance.why().message(), "gave up");
}

TEST_F(InstanceTest, NotReadyInTimeIsAFailure) {
  behaviour.start = [] { return Sample::starting(); };
  Instance& instance = launch(20ms);
  EXPECT_TRUE(reaches(instance, InstanceState::kFailed));
  EXPECT_EQ(instance.why().code(), Code::kTimeout);
}

TEST_F(InstanceTest, HangingInDrainMakesAZombieThatMayStillEnd) {
  behaviour.drain = [&] { release_.wait(); };
  Instance& instance = launch();
  ASSERT_TRUE(reaches(instance, InstanceState::kReady));
  instance.stop(20ms);
  EXPECT_TRUE(reaches(instance, InstanceState::kZombie));
  EXPECT_THAT(instance.why().message(), ::testing::HasSubstr("busy with drain"));
  EXPECT_THAT(instance.why().message(), ::testing::HasSubstr("1 thread"));
  EXPECT_EQ(host_->release(&instance).code(), Code::kConflict);
  release_.set();
  EXPECT_TRUE(reaches(instance, InstanceState::kStopped));
  EXPECT_TRUE(host_->release(&instance).ok());
}

TEST_F(InstanceTest, APoolTaskThatDoesNotEndMakesAZombie) {
  Event begun;
  behaviour.running = [&](Context& context) {
    context.pool().post([&] {
      begun.set();
      release_.wait();
    });
  };
  Instance& instance = launch();
  ASSERT_TRUE(reaches(instance, InstanceState::kReady));
  ASSERT_TRUE(begun.wait());
  instance.stop(20ms);
  EXPECT_TRUE(reaches(instance, InstanceState::kZombie));
  EXPECT_THAT(instance.why().message(), ::testing::HasSubstr("pool tasks"));
}

TEST_F(InstanceTest, WhatAPluginRegisteredIsDroppedBeforeItIsDestroyed) {
  auto token = std::make_shared<int>(0);
  std::weak_ptr<int> seen = token;
  behaviour.running = [token](Context& context) {
    context.loop().every(1h, [token] {}).detach();
    context.loop().after(1h, [token] {}).detach();
    context.bus()
        .call("nobody.v1", "X", {}, {.timeout = 1h}, [token](const Result<Bytes>&) {})
        .detach();
    context.bus().watch_service("nobody.v1", [token](bool) {}).detach();
    context.bus().subscribe("t", {[token](const bus::Event&) {}, [token] {}}).detach();
    context.on_drain([token] {});
    context.shared("k", [token] { return token; });
  };
  std::atomic<long> held{-1};
  Instance& instance = launch();
  ASSERT_TRUE(reaches(instance, InstanceState::kReady));
  token.reset();
  behaviour.running = {};
  behaviour.destroy = [&] { held = seen.use_count(); };
  instance.stop(1s);
  ASSERT_EQ(instance.wait_stopped(5s), InstanceState::kStopped);
  EXPECT_EQ(held, 0);
}

TEST_F(InstanceTest, NewConfigurationReachesThePlugin) {
  Instance& instance = launch();
  ASSERT_TRUE(reaches(instance, InstanceState::kReady));
  const int before = Sample::reconfigured;
  instance.configure(Config(Config::Values{{"key", "value"}}));
  EXPECT_TRUE(eventually([&] { return Sample::reconfigured == before + 1; }));
  EXPECT_EQ(instance.context().config().string("key"), "value");
}

TEST_F(InstanceTest, ReportsArriveInOrder) {
  const auto states = States::of(*host_, "sample", "kubus");
  Instance& instance = launch();
  ASSERT_TRUE(reaches(instance, InstanceState::kReady));
  instance.stop(1s);
  ASSERT_EQ(instance.wait_stopped(5s), InstanceState::kStopped);
  const std::vector<InstanceState> wanted = {InstanceState::kStarting, InstanceState::kReady,
                                             InstanceState::kDraining, InstanceState::kStopped};
  EXPECT_TRUE(eventually([&] {
    const std::lock_guard lock(states->mutex);
    return states->seen == wanted;
  }));
}

TEST_F(InstanceTest, ASecondKernelIsRefused) {
  const auto second = Host::open({.run_dir = dir_, .role = HostRole::kKernel, .id = "kubus"});
  EXPECT_EQ(second.code(), Code::kConflict);
  const auto nowhere =
      Host::open({.run_dir = dir_ + "/none", .role = HostRole::kClient, .id = "kubus"});
  EXPECT_EQ(nowhere.code(), Code::kUnavailable);
}

}  // namespace
}  // namespace kubus::testing
