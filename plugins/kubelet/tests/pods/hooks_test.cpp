#include "hooks.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <sys/socket.h>
#include <unistd.h>

#include <optional>
#include <thread>

#include "fake_node.h"
#include "kubus/api/int_or_string.h"
#include "kubus/unique_fd.h"
#include "pod_builder.h"

namespace kubus::kubelet::test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// A port of the loopback that answers one HTTP request with `status`.
class WebPort {
 public:
  explicit WebPort(std::string status) {
    socket_.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(socket_.get(), 1), 0);
    EXPECT_EQ(::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address), &size), 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, status = std::move(status)] { serve(status); });
  }
  ~WebPort() {
    ::shutdown(socket_.get(), SHUT_RDWR);
    thread_.join();
  }
  int port() const { return port_; }
  // Its first line; once it has been answered.
  const std::string& request() const { return request_; }

 private:
  void serve(const std::string& status) {
    const UniqueFd client(::accept(socket_.get(), nullptr, nullptr));
    if (!client) return;
    std::string text;
    char block[4096];
    while (text.find("\r\n\r\n") == std::string::npos) {
      const ssize_t got = ::read(client.get(), block, sizeof block);
      if (got <= 0) return;
      text.append(block, static_cast<std::size_t>(got));
    }
    request_ = text.substr(0, text.find("\r\n"));
    const std::string answer = "HTTP/1.1 " + status + "\r\nContent-Length: 0\r\n\r\n";
    (void)::send(client.get(), answer.data(), answer.size(), MSG_NOSIGNAL);
  }

  UniqueFd socket_;
  int port_ = 0;
  std::string request_;
  std::thread thread_;
};

class HooksTest : public ::testing::Test {
 protected:
  HooksTest() {
    auto pod = make_pod();
    add_container(pod, "main");
    pod_ = std::make_shared<core_v1::Pod>(pod);
    hooks_.emplace(node_.context(), node_.runtime());
  }

  void run(const core_v1::LifecycleHandler& hook, std::chrono::seconds timeout = 30s) {
    hooks_->run(hook, {pod_, "c-0", "127.0.0.1", &pod_->spec().containers(0)}, timeout,
                [this](const Status& ended) {
                  ended_.add(ended.ok() ? "ok" : std::string(ended.message()));
                });
  }
  static core_v1::LifecycleHandler command() {
    core_v1::LifecycleHandler hook;
    for (const char* word : {"sh", "-c", "greet"}) hook.mutable_exec()->add_command(word);
    return hook;
  }
  static core_v1::LifecycleHandler get(int port) {
    core_v1::LifecycleHandler hook;
    hook.mutable_httpget()->set_path("/hook");
    set_int(*hook.mutable_httpget()->mutable_port(), port);
    return hook;
  }
  void command_ends(std::size_t index, int exit_code) {
    runtime::ExecSyncResponse response;
    response.set_exit_code(exit_code);
    node_.execs.answer(index)(response);
  }

  FakeNode node_;
  PodPtr pod_;
  Calls ended_;
  std::optional<Hooks> hooks_;
};

TEST_F(HooksTest, ACommandRunsInTheContainer) {
  run(command(), 30s);
  EXPECT_EQ(node_.execs.request(0).id(), "c-0");
  EXPECT_THAT(node_.execs.request(0).command(), ElementsAre("sh", "-c", "greet"));
  EXPECT_EQ(node_.execs.request(0).timeout_ms(), 30'000);
  command_ends(0, 0);
  EXPECT_THAT(ended_.wait(1), ElementsAre("ok"));
}

TEST_F(HooksTest, ACommandThatFailsSaysHow) {
  run(command());
  command_ends(0, 7);
  EXPECT_THAT(ended_.wait(1), ElementsAre("command exited with 7"));
  run(command());
  node_.execs.answer(1)(Status(Code::kTimeout, "too slow"));
  EXPECT_THAT(ended_.wait(2), ElementsAre("command exited with 7", "too slow"));
}

TEST_F(HooksTest, AGetIsSentToThePod) {
  const WebPort web("204 No Content");
  run(get(web.port()));
  EXPECT_THAT(ended_.wait(1), ElementsAre("ok"));
  EXPECT_EQ(web.request(), "GET /hook HTTP/1.1");
}

TEST_F(HooksTest, AGetThatIsRefusedFails) {
  const WebPort web("500 Internal Server Error");
  run(get(web.port()));
  EXPECT_THAT(ended_.wait(1), ElementsAre(HasSubstr("500")));
}

TEST_F(HooksTest, ASleepIsNoLongerThanThereIsTime) {
  core_v1::LifecycleHandler hook;
  hook.mutable_sleep()->set_seconds(3600);
  run(hook, 0s);
  EXPECT_THAT(ended_.wait(1), ElementsAre("ok"));
}

TEST_F(HooksTest, NothingIsHeardOfHooksThatAreGone) {
  run(command());
  (void)node_.execs.request(0);
  hooks_.reset();
  command_ends(0, 0);
  hooks_.emplace(node_.context(), node_.runtime());
  run(command());
  command_ends(1, 1);
  EXPECT_THAT(ended_.wait(1), ElementsAre("command exited with 1"));
}

}  // namespace
}  // namespace kubus::kubelet::test
