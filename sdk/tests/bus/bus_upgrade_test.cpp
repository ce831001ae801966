#include "bus_fixture.h"

namespace kubus::testing {
namespace {

Status serve_generation(Context& context) {
  bus::Service service;
  const std::string name = std::to_string(context.generation());
  service.method("Which", [name, &context](const bus::Caller&, Bytes, bus::Responder responder) {
    // Half of the answers come later, so that calls are inside when it drains.
    static std::atomic<int> turn{0};
    if (++turn % 2 == 0) return responder.reply(bytes(name));
    auto kept = std::make_shared<bus::Responder>(std::move(responder));
    context.loop().after(1ms, [kept, name] { kept->reply(bytes(name)); }).detach();
  });
  return context.server().serve("which.v1", std::move(service));
}

TEST_F(BusTest, SwitchingGenerationsUnderLoadLosesNoCall) {
  Instance* old = &start("which", serve_generation, 1);
  Instance& caller = start("caller");
  bus::Client& bus = caller.context().bus();

  constexpr int kWindow = 200;
  constexpr std::uint64_t kGenerations = 20;
  std::atomic<bool> going{true};
  std::atomic<int> failed{0};
  std::atomic<int> answered{0};
  std::mutex mutex;
  std::string first_error;
  Event idle;
  std::function<void()> next = [&] {
    if (!going) return idle.set();
    bus.call("which.v1", "Which", {}, {},
             [&](const Result<Bytes>& reply) {
               ++answered;
               if (!reply.ok()) {
                 const std::lock_guard lock(mutex);
                 if (++failed == 1) first_error = reply.status().to_string();
               }
               next();
             })
        .detach();
  };
  for (int i = 0; i < kWindow; ++i) caller.context().loop().post([&] { next(); });

  for (std::uint64_t generation = 2; generation <= kGenerations; ++generation) {
    const int before = answered;
    EXPECT_TRUE(eventually([&] { return answered > before + 50; }));
    Instance* fresh = &start("which", serve_generation, generation);
    old->stop(5s);
    EXPECT_EQ(old->wait_stopped(10s), InstanceState::kStopped);
    EXPECT_EQ(old->residue().to_string(), "nothing");
    EXPECT_TRUE(host_->release(old).ok());
    old = fresh;
  }
  going = false;
  ASSERT_TRUE(idle.wait(kWindow));
  EXPECT_EQ(failed, 0) << first_error;
  EXPECT_EQ(bus.call_wait("which.v1", "Which", {})->view(), std::to_string(kGenerations));
}

TEST_F(BusTest, AStoppedProviderIsWaitedFor) {
  Instance& first = start_echo();
  Instance& caller = start("caller");
  bus::Client& bus = caller.context().bus();
  ASSERT_TRUE(bus.call_wait("echo.v1", "Echo", {}).ok());
  first.stop(1s);
  ASSERT_EQ(first.wait_stopped(5s), InstanceState::kStopped);
  EXPECT_EQ(bus.call_wait("echo.v1", "Echo", {}, {.timeout = 50ms}).code(), Code::kUnavailable);
  Event done;
  const auto call = bus.call("echo.v1", "Echo", {}, {}, [&](const Result<Bytes>& reply) {
    EXPECT_TRUE(reply.ok()) << reply.status().to_string();
    done.set();
  });
  start_echo("echo", 2);
  EXPECT_TRUE(done.wait());
}

TEST_F(BusTest, CallsInsideFinishBeforeTheInstanceEnds) {
  Event began;
  std::shared_ptr<bus::Responder> kept;
  Instance& server = start("server", [&](Context& context) {
    bus::Service service;
    service.method("Hold", [&](const bus::Caller&, Bytes, bus::Responder responder) {
      kept = std::make_shared<bus::Responder>(std::move(responder));
      began.set();
    });
    return context.server().serve("hold.v1", std::move(service));
  });
  Instance& caller = start("caller");
  Event done;
  const auto call =
      caller.context().bus().call("hold.v1", "Hold", {}, {}, [&](const Result<Bytes>& reply) {
        EXPECT_TRUE(reply.ok() && reply->view() == "late") << reply.status().to_string();
        done.set();
      });
  ASSERT_TRUE(began.wait());
  server.stop(10s);
  EXPECT_EQ(server.state(), InstanceState::kDraining);
  kept->reply(bytes("late"));
  EXPECT_TRUE(done.wait());
  EXPECT_EQ(server.wait_stopped(10s), InstanceState::kStopped);
}

TEST_F(BusTest, CallsInsideAreCancelledAtTheDeadline) {
  Event began;
  Event cancelled;
  Instance& server = start("server", [&](Context& context) {
    bus::Service service;
    service.method("Hang", [&](const bus::Caller&, Bytes, bus::Responder responder) {
      auto kept = std::make_shared<bus::Responder>(std::move(responder));
      kept->on_cancel([&cancelled, kept] { cancelled.set(); });
      began.set();
    });
    return context.server().serve("hang.v1", std::move(service));
  });
  Instance& caller = start("caller");
  Event done;
  Code code = Code::kOk;
  const auto call =
      caller.context().bus().call("hang.v1", "Hang", {}, {}, [&](const Result<Bytes>& reply) {
        code = reply.code();
        done.set();
      });
  ASSERT_TRUE(began.wait());
  server.stop(50ms);
  ASSERT_TRUE(done.wait());
  EXPECT_EQ(code, Code::kUnavailable);
  EXPECT_TRUE(cancelled.wait());
  EXPECT_EQ(server.wait_stopped(5s), InstanceState::kStopped);
}

TEST_F(BusTest, AnOlderGenerationCannotTakeTheNameBack) {
  start_echo("echo", 5);
  auto made = host_->make_instance({.id = "echo", .generation = 4});
  ASSERT_TRUE(made.ok());
  (*made)->start(
      [](Context& context) { return context.server().serve("echo.v1", echo_service()); });
  EXPECT_TRUE(eventually([&] { return (*made)->state() == InstanceState::kFailed; }));
  EXPECT_EQ((*made)->why().code(), Code::kConflict);
}

TEST_F(BusTest, WatchersSeeAServiceComeChangeAndGo) {
  Instance& caller = start("caller");
  std::mutex mutex;
  std::vector<bool> seen;
  const auto watch = caller.context().bus().watch_service("echo.v1", [&](bool available) {
    const std::lock_guard lock(mutex);
    seen.push_back(available);
  });
  const auto is = [&](const std::vector<bool>& wanted) {
    return eventually([&] {
      const std::lock_guard lock(mutex);
      return seen == wanted;
    });
  };
  EXPECT_TRUE(is({false}));
  Instance& first = start_echo("echo", 1);
  EXPECT_TRUE(is({false, true}));
  Instance& second = start_echo("echo", 2);
  EXPECT_TRUE(is({false, true, true}));
  first.stop(1s);
  second.stop(1s);
  EXPECT_TRUE(is({false, true, true, false}));
}

}  // namespace
}  // namespace kubus::testing
