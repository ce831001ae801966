#include <thread>

#include "bus_fixture.h"
#include "kubus/kernel.pb.h"
#include "kubus/rpc.h"

namespace kubus::testing {
namespace {

TEST_F(BusTest, ACallIsAnsweredWithItsBody) {
  start_echo();
  Instance& caller = start("caller");
  const auto reply = caller.context().bus().call_wait("echo.v1", "Echo", bytes("hello"));
  ASSERT_TRUE(reply.ok()) << reply.status().to_string();
  EXPECT_EQ(reply->view(), "hello");
}

TEST_F(BusTest, BodiesOfEverySizeArriveWhole) {
  start_echo();
  Instance& caller = start("caller");
  for (const std::size_t size : {0, 1, 100, 2047, 2048, 4095, 4096, 100'000, 20'000'000}) {
    std::string text(size, 'x');
    if (size > 0) text.back() = 'y';
    const auto reply = caller.context().bus().call_wait("echo.v1", "Echo", bytes(text));
    ASSERT_TRUE(reply.ok()) << size << ": " << reply.status().to_string();
    EXPECT_TRUE(reply->view() == text) << size;
  }
}

TEST_F(BusTest, TheHandlerKnowsItsCaller) {
  bus::Caller seen;
  start("server", [&](Context& context) {
    bus::Service service;
    service.method("Who", [&](const bus::Caller& caller, Bytes, bus::Responder responder) {
      seen = caller;
      responder.reply({});
    });
    return context.server().serve("who.v1", std::move(service));
  });
  Instance& caller = start("caller");
  const auto reply =
      caller.context().bus().call_wait("who.v1", "Who", {}, {.timeout = 10s, .trace = "t-1"});
  ASSERT_TRUE(reply.ok());
  EXPECT_EQ(seen.plugin, "caller");
  EXPECT_EQ(seen.trace, "t-1");
  EXPECT_LE(seen.deadline, std::chrono::steady_clock::now() + 10s);
  EXPECT_GT(seen.deadline, std::chrono::steady_clock::now());
}

TEST_F(BusTest, ErrorsCarryCodeMessageAndDetails) {
  start("server", [](Context& context) {
    bus::Service service;
    service.method("Fail", [](const bus::Caller&, Bytes, bus::Responder responder) {
      Status status(Code::kConflict, "it changed");
      status.with_details(std::string("\x01\0binary", 8));
      responder.fail(status);
    });
    service.method("Garbled", [](const bus::Caller&, Bytes, bus::Responder responder) {
      responder.fail(Status(Code::kInvalid, "\xff\xfe"));
    });
    service.method("Drop", [](const bus::Caller&, Bytes, bus::Responder) {});
    service.method("Throw", [](const bus::Caller&, Bytes, bus::Responder) {
      throw std::runtime_error("from a handler");
    });
    return context.server().serve("fail.v1", std::move(service));
  });
  bus::Client& bus = start("caller").context().bus();
  const auto failed = bus.call_wait("fail.v1", "Fail", {});
  EXPECT_EQ(failed.code(), Code::kConflict);
  EXPECT_EQ(failed.status().message(), "it changed");
  EXPECT_EQ(failed.status().details(), std::string("\x01\0binary", 8));
  EXPECT_EQ(bus.call_wait("fail.v1", "Garbled", {}).status().message(), "\xff\xfe");
  EXPECT_EQ(bus.call_wait("fail.v1", "Drop", {}).code(), Code::kInternalError);
  EXPECT_EQ(bus.call_wait("fail.v1", "Throw", {}).code(), Code::kInternalError);
  EXPECT_EQ(bus.call_wait("fail.v1", "Nothing", {}).code(), Code::kMethodNotAllowed);
}

TEST_F(BusTest, ACallWaitsForItsServiceToAppear) {
  Instance& caller = start("caller");
  Event done;
  Result<Bytes> reply(Code::kUnknown, "");
  const auto call =
      caller.context().bus().call("echo.v1", "Echo", bytes("early"), {}, [&](Result<Bytes> result) {
        reply = std::move(result);
        done.set();
      });
  EXPECT_EQ(done.count(), 0);
  start_echo();
  ASSERT_TRUE(done.wait());
  ASSERT_TRUE(reply.ok()) << reply.status().to_string();
  EXPECT_EQ(reply->view(), "early");
}

TEST_F(BusTest, TheDeadlineEndsACall) {
  start("server", [](Context& context) {
    bus::Service service;
    static std::vector<bus::Responder> kept;
    kept.clear();
    service.method("Hang", [](const bus::Caller&, Bytes, bus::Responder responder) {
      kept.push_back(std::move(responder));
    });
    return context.server().serve("hang.v1", std::move(service));
  });
  bus::Client& bus = start("caller").context().bus();
  EXPECT_EQ(bus.call_wait("hang.v1", "Hang", {}, {.timeout = 30ms}).code(), Code::kTimeout);
  EXPECT_EQ(bus.call_wait("absent.v1", "X", {}, {.timeout = 30ms}).code(), Code::kUnavailable);
}

TEST_F(BusTest, CancellingReachesTheHandlerAndSilencesTheCallback) {
  Event began;
  Event cancelled;
  start("server", [&](Context& context) {
    bus::Service service;
    service.method("Hang", [&](const bus::Caller&, Bytes, bus::Responder responder) {
      auto kept = std::make_shared<bus::Responder>(std::move(responder));
      kept->on_cancel([&, kept] { cancelled.set(); });
      began.set();
    });
    return context.server().serve("hang.v1", std::move(service));
  });
  Instance& caller = start("caller");
  std::atomic<int> answers{0};
  auto call = caller.context().bus().call("hang.v1", "Hang", {}, {},
                                          [&](const Result<Bytes>&) { ++answers; });
  ASSERT_TRUE(began.wait());
  call.reset();
  ASSERT_TRUE(cancelled.wait());
  EXPECT_EQ(answers, 0);
  EXPECT_TRUE(eventually([&] { return caller.residue().registrations <= 1; }));
}

TEST_F(BusTest, ACallOnItsOwnLoopThatWaitsFailsAtOnce) {
  start_echo();
  Code code = Code::kOk;
  start("caller", [&](Context& context) -> Status {
    code = context.bus().call_wait("echo.v1", "Echo", {}).code();
    return {};
  });
  EXPECT_EQ(code, Code::kInternalError);
}

TEST_F(BusTest, TenThousandPipelinedCallsAllComeBackOnce) {
  start_echo();
  Instance& caller = start("caller");
  constexpr int kCalls = 10'000;
  Event done;
  std::atomic<int> wrong{0};
  std::vector<Registration> calls;
  for (int i = 0; i < kCalls; ++i) {
    const std::string text = std::to_string(i);
    calls.push_back(caller.context().bus().call("echo.v1", "Echo", bytes(text), {},
                                                [&, text](const Result<Bytes>& reply) {
                                                  if (!reply.ok() || reply->view() != text) ++wrong;
                                                  done.set();
                                                }));
  }
  ASSERT_TRUE(done.wait(kCalls));
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(done.count(), kCalls);
}

TEST_F(BusTest, RepliesMayComeFromAnyThread) {
  start("server", [](Context& context) {
    bus::Service service;
    service.method("Slow", [&](const bus::Caller&, Bytes body, bus::Responder responder) {
      auto shared = std::make_shared<bus::Responder>(std::move(responder));
      context.pool().post([body, shared] { shared->reply(body); });
    });
    return context.server().serve("slow.v1", std::move(service));
  });
  Instance& caller = start("caller");
  std::vector<std::thread> threads;
  std::atomic<int> good{0};
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i)
        if (caller.context().bus().call_wait("slow.v1", "Slow", bytes("x")).ok()) ++good;
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(good, 200);
}

TEST_F(BusTest, AParticularProviderCanBeAsked) {
  for (const char* id : {"one", "two"})
    start(id, [id](Context& context) {
      bus::Service service;
      service.method("Name", [id](const bus::Caller&, Bytes, bus::Responder responder) {
        responder.reply(bytes(id));
      });
      return context.server().serve("name.v1", std::move(service));
    });
  bus::Client& bus = start("caller").context().bus();
  EXPECT_EQ(bus.call_wait("name.v1", "Name", {})->view(), "one");
  EXPECT_EQ(bus.call_wait("name.v1", "Name", {}, {.provider = "two"})->view(), "two");
  host_->directory()->prefer("name.v1", "two");
  EXPECT_TRUE(eventually([&] { return bus.call_wait("name.v1", "Name", {})->view() == "two"; }));
}

TEST_F(BusTest, MessagesCanBeTraced) {
  start_echo();
  bus::Client& bus = start("caller").context().bus();
  Event seen;
  bus::StreamHandler handler;
  handler.on_message = [&](const Bytes& body) {
    const auto item = rpc::decode<kernel::TraceItem>(body);
    if (item.ok() && item->method() == "Echo" && item->peer() == "caller" && !item->sent())
      seen.set();
  };
  const auto reader = bus.stream(kInstanceService, "Trace", rpc::encode(kernel::TraceRequest()),
                                 {.provider = "echo"}, std::move(handler));
  EXPECT_TRUE(
      eventually([&] { return bus.call_wait("echo.v1", "Echo", {}).ok() && seen.count() > 0; }));
}

TEST_F(BusTest, AnInstanceCountsWhatItServes) {
  start_echo();
  bus::Client& bus = start("caller").context().bus();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(bus.call_wait("echo.v1", "Echo", bytes("abc")).ok());
  const rpc::Method<kernel::StatsRequest, kernel::StatsReply> stats{kInstanceService, "Stats"};
  const auto reply = rpc::call_wait(bus, stats, {}, {.provider = "echo"});
  ASSERT_TRUE(reply.ok()) << reply.status().to_string();
  for (const auto& method : reply->methods()) {
    if (method.method() != "Echo") continue;
    EXPECT_EQ(method.calls(), 3u);
    EXPECT_EQ(method.bytes_in(), 9u);
    EXPECT_EQ(method.bytes_out(), 9u);
    EXPECT_EQ(method.errors(), 0u);
    return;
  }
  FAIL() << "no counters for Echo";
}

}  // namespace
}  // namespace kubus::testing
