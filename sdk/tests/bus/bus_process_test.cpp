// Two processes: a kernel here and hosts that can be killed.
#include <fcntl.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <csignal>
#include <cstring>

#include "bus_fixture.h"
#include "kubus/kernel.pb.h"
#include "kubus/rpc.h"

extern char** environ;

namespace kubus::testing {
namespace {

// A helper process; killed when this goes, if it still runs.
class Helper {
 public:
  Helper(const std::string& dir, const std::string& id, std::uint64_t generation) {
    char self[4096];
    const ssize_t length = ::readlink("/proc/self/exe", self, sizeof self - 1);
    const std::string program =
        (std::filesystem::path(std::string(self, length)).parent_path() / "bus_helper").string();
    int ends[2];
    EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO);
    const std::string number = std::to_string(generation);
    const char* arguments[] = {program.c_str(), dir.c_str(), id.c_str(), number.c_str(), nullptr};
    EXPECT_EQ(::posix_spawn(&pid_, program.c_str(), &actions, nullptr,
                            const_cast<char**>(arguments), environ),
              0);
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(ends[0]);
    input_ = ends[1];
  }
  ~Helper() {
    kill();
    ::close(input_);
  }
  void kill() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }
  // Closes its input and waits for the orderly end.
  int finish() {
    ::close(input_);
    input_ = -1;
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = -1;
    return status;
  }
  void signal(int number) const { ::kill(pid_, number); }

 private:
  pid_t pid_ = -1;
  int input_ = -1;
};

class ProcessTest : public BusTest {
 protected:
  std::unique_ptr<Helper> launch(const std::string& id, std::uint64_t generation = 1) {
    host_->directory()->expect(id, generation, "host-" + id, {"pods: get"});
    auto helper = std::make_unique<Helper>(dir_, id, generation);
    EXPECT_TRUE(eventually([&] {
      for (const auto& one : host_->directory()->instances())
        if (one.id == id && one.generation == generation) return true;
      return false;
    }));
    return helper;
  }
};

TEST_F(ProcessTest, CallsReachAnotherProcess) {
  const auto helper = launch("remote");
  bus::Client& bus = start("caller").context().bus();
  for (const std::size_t size : {0, 10, 5000, 3'000'000}) {
    const std::string text(size, 'z');
    const auto reply = bus.call_wait("remote.v1", "Echo", bytes(text));
    ASSERT_TRUE(reply.ok()) << reply.status().to_string();
    EXPECT_TRUE(reply->view() == text);
  }
  EXPECT_NE(bus.call_wait("remote.v1", "Pid", {})->str(), std::to_string(::getpid()));
  const rpc::Method<kernel::DescribeRequest, kernel::DescribeReply> describe{kDirectoryService,
                                                                             "Describe"};
  kernel::DescribeRequest request;
  request.set_id("remote");
  const auto described = rpc::call_wait(bus, describe, request);
  ASSERT_TRUE(described.ok());
  EXPECT_EQ(described->instance().permissions(0), "pods: get");
  // The next generation has rights of its own, from its first call on.
  host_->directory()->expect("remote", 2, "host-remote-2", {"pods: list"});
  for (const auto& [generation, right] : {std::pair{1, "pods: get"}, {2, "pods: list"}}) {
    request.set_generation(static_cast<std::uint64_t>(generation));
    const auto one = rpc::call_wait(bus, describe, request);
    ASSERT_TRUE(one.ok()) << one.status().to_string();
    EXPECT_EQ(one->instance().permissions(0), right);
  }
  request.set_generation(3);
  EXPECT_EQ(rpc::call_wait(bus, describe, request).code(), Code::kNotFound);
}

TEST_F(ProcessTest, AKilledProviderFailsItsCallsAndStreams) {
  const auto helper = launch("remote");
  bus::Client& bus = start("caller").context().bus();
  Event opened;
  Event ended;
  Status stream_end;
  Status call_end;
  bus::StreamHandler handler;
  handler.on_message = [&](const Bytes&) { opened.set(); };
  handler.on_end = [&](Status status) {
    stream_end = std::move(status);
    ended.set();
  };
  const auto reader = bus.stream("remote.v1", "Idle", {}, {}, std::move(handler));
  ASSERT_TRUE(opened.wait());
  const auto call = bus.call("remote.v1", "Hang", {}, {}, [&](const Result<Bytes>& reply) {
    call_end = reply.status();
    ended.set();
  });
  ASSERT_TRUE(bus.call_wait("remote.v1", "Echo", {}).ok());
  helper->kill();
  host_->directory()->process_gone("host-remote");
  ASSERT_TRUE(ended.wait(2));
  EXPECT_EQ(stream_end.code(), Code::kUnavailable);
  EXPECT_EQ(call_end.code(), Code::kUnavailable);
}

TEST_F(ProcessTest, AnIdempotentCallIsSentAgainToTheSuccessor) {
  auto helper = launch("remote");
  bus::Client& bus = start("caller").context().bus();
  ASSERT_TRUE(bus.call_wait("remote.v1", "Echo", {}).ok());
  helper->signal(SIGSTOP);
  Event ended;
  const auto call = bus.call("remote.v1", "Echo", bytes("again"), {.idempotent = true},
                             [&](const Result<Bytes>& reply) {
                               EXPECT_TRUE(reply.ok()) << reply.status().to_string();
                               ended.set();
                             });
  helper->kill();
  host_->directory()->process_gone("host-remote");
  helper = launch("remote", 2);
  EXPECT_TRUE(ended.wait());
}

TEST_F(ProcessTest, ADeathThatNobodyReportsIsNoticed) {
  const auto helper = launch("remote");
  bus::Client& bus = start("caller").context().bus();
  Event ended;
  const auto call =
      bus.call("remote.v1", "Hang", {}, {.timeout = 1h}, [&](const Result<Bytes>& reply) {
        EXPECT_EQ(reply.code(), Code::kUnavailable);
        ended.set();
      });
  ASSERT_TRUE(bus.call_wait("remote.v1", "Echo", {}).ok());
  helper->kill();
  EXPECT_TRUE(ended.wait());
}

TEST_F(ProcessTest, AProcessIsReplacedUnderLoadWithoutLosingACall) {
  auto helper = launch("remote", 1);
  Instance& caller = start("caller");
  bus::Client& bus = caller.context().bus();
  constexpr int kWindow = 50;
  std::atomic<bool> going{true};
  std::atomic<int> failed{0};
  std::atomic<int> answered{0};
  Event idle;
  std::function<void()> next = [&] {
    if (!going) return idle.set();
    bus.call("remote.v1", "Echo", bytes("x"), {},
             [&](const Result<Bytes>& reply) {
               ++answered;
               if (!reply.ok()) {
                 ++failed;
                 ADD_FAILURE() << reply.status().to_string();
               }
               next();
             })
        .detach();
  };
  for (int i = 0; i < kWindow; ++i) caller.context().loop().post([&] { next(); });
  for (std::uint64_t generation = 2; generation <= 6; ++generation) {
    const int before = answered;
    EXPECT_TRUE(eventually([&] { return answered > before + 100; }));
    auto fresh = launch("remote", generation);
    EXPECT_EQ(helper->finish(), 0);
    helper = std::move(fresh);
  }
  going = false;
  ASSERT_TRUE(idle.wait(kWindow));
  EXPECT_EQ(failed, 0);
}

TEST_F(ProcessTest, EventsOfAnotherProcessArriveAndItsDeathIsAGap) {
  auto helper = launch("remote");
  Instance& subscriber = start("subscriber");
  Event got;
  Event gaps;
  bus::EventHandler handler;
  handler.on_event = [&](const bus::Event& event) {
    EXPECT_EQ(event.publisher, "remote");
    got.set();
  };
  handler.on_gap = [&] { gaps.set(); };
  const auto subscription = subscriber.context().bus().subscribe("helper.tick", std::move(handler));
  ASSERT_TRUE(got.wait(10));
  const int before = gaps.count();
  helper->kill();
  host_->directory()->process_gone("host-remote");
  helper = launch("remote", 2);
  EXPECT_TRUE(gaps.wait(before + 1));
  EXPECT_TRUE(got.wait(got.count() + 10));
}

TEST_F(ProcessTest, AStrangerCannotTakeAnId) {
  start_echo("echo");
  const auto states = States::of(*host_, "echo", "host-echo");
  const Helper stranger(dir_, "echo", 9);
  EXPECT_TRUE(eventually([&] { return states->last_is(InstanceState::kFailed); }));
  EXPECT_EQ(states->why, Code::kForbidden);
  for (const auto& one : host_->directory()->instances())
    EXPECT_TRUE(one.id != "echo" || one.process == "kubus");
}

TEST_F(ProcessTest, TheCommandCallsAndIsNamedKubus) {
  std::string seen;
  start("server", [&](Context& context) {
    bus::Service service;
    service.method("Who", [&](const bus::Caller& caller, Bytes, bus::Responder responder) {
      seen = caller.plugin;
      responder.reply({});
    });
    return context.server().serve("who.v1", std::move(service));
  });
  auto command = Host::open({.run_dir = dir_, .role = HostRole::kClient, .id = "kubus"});
  ASSERT_TRUE(command.ok()) << command.status().to_string();
  const auto reply = (*command)->self().context().bus().call_wait("who.v1", "Who", {});
  EXPECT_TRUE(reply.ok()) << reply.status().to_string();
  EXPECT_EQ(seen, "kubus");
}

TEST_F(ProcessTest, AHostProcessIsStoppedByTheKernel) {
  const auto helper = launch("remote");
  bus::Client& bus = start("caller").context().bus();
  const auto states = States::of(*host_, "remote", "host-remote");
  kernel::StopRequest request;
  request.set_id("remote");
  request.set_generation(1);
  request.set_deadline_ms(1000);
  const rpc::Method<kernel::StopRequest, kernel::StopReply> stop{kHostService, "Stop"};
  const auto reply = rpc::call_wait(bus, stop, request, {.provider = "host-remote"});
  ASSERT_TRUE(reply.ok()) << reply.status().to_string();
  EXPECT_TRUE(eventually([&] { return states->last_is(InstanceState::kStopped); }));
}

TEST_F(ProcessTest, AHostProcessJoinsTheNextKernel) {
  const auto helper = launch("remote");
  EXPECT_TRUE(host_->close(2s).ok());
  auto next = Host::open({.run_dir = dir_, .role = HostRole::kKernel, .id = "kubus"});
  ASSERT_TRUE(next.ok()) << next.status().to_string();
  host_ = std::move(*next);
  host_->directory()->expect("remote", 1, "host-remote", {});
  Instance& caller = start("caller");
  const auto reply = caller.context().bus().call_wait("remote.v1", "Echo", bytes("again"));
  ASSERT_TRUE(reply.ok()) << reply.status().to_string();
  EXPECT_EQ(reply->view(), "again");
}

TEST_F(ProcessTest, ACommandWhoseKernelGoesIsToldSo) {
  auto command = Host::open({.run_dir = dir_, .role = HostRole::kClient, .id = "kubus"});
  ASSERT_TRUE(command.ok()) << command.status().to_string();
  bus::Client& bus = (*command)->self().context().bus();
  const rpc::Method<kernel::DescribeRequest, kernel::DescribeReply> describe{kDirectoryService,
                                                                             "Describe"};
  EXPECT_EQ(rpc::call_wait(bus, describe, {}).code(), Code::kNotFound);
  EXPECT_TRUE(host_->close(2s).ok());
  host_.reset();
  EXPECT_TRUE(
      eventually([&] { return rpc::call_wait(bus, describe, {}).code() == Code::kUnavailable; }));
}

// Speaks ZeroMQ's wire format just far enough to send frames that are none of ours.
TEST_F(ProcessTest, GarbageOnASocketIsSurvived) {
  start_echo();
  bus::Client& bus = start("caller").context().bus();
  const std::string path = dir_ + "/bus/echo.1";
  const std::string greeting =
      std::string("\xff\0\0\0\0\0\0\0\1\x7f\3\0NULL", 16) + std::string(48, '\0');
  const std::string ready(
      "\x04\x1a\x05READY\x0bSocket-Type\x00\x00\x00\x06"
      "DEALER",
      2 + 26);
  const std::string payloads[] = {
      std::string(3000, '\xAA'),
      greeting + std::string(2000, '\xFF'),
      greeting + ready + std::string("\x00\x05hello", 7),
      greeting + ready +
          std::string("\x01\x05"
                      "frame",
                      7) +
          std::string("\x00\x04more", 6),
  };
  for (const std::string& payload : payloads) {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    ASSERT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::send(fd, payload.data(), payload.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(payload.size()));
    EXPECT_TRUE(bus.call_wait("echo.v1", "Echo", bytes("still there")).ok());
    ::close(fd);
  }
  const rpc::Method<kernel::StatsRequest, kernel::StatsReply> stats{kInstanceService, "Stats"};
  EXPECT_TRUE(eventually([&] {
    const auto reply = rpc::call_wait(bus, stats, {}, {.provider = "echo"});
    return reply.ok() && reply->malformed() >= 1;
  }));
}

TEST_F(ProcessTest, SocketsAreForTheirOwnerOnly) {
  start_echo();
  struct stat info {};
  ASSERT_EQ(::stat((dir_ + "/bus/echo.1").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  ASSERT_EQ(::stat((dir_ + "/bus").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0700u);
}

}  // namespace
}  // namespace kubus::testing
