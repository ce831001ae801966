#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <future>

#include "health_server.h"
#include "probes/prober.h"

namespace kubus::kubelet::test {
namespace {

using namespace std::chrono_literals;
constexpr const char* kHost = "127.0.0.1";

TEST(GrpcCheck, JudgesTheAnswer) {
  const HealthServer server({{"", {}},
                             {"up", {}},
                             {"down", {0, "", 2, false}},
                             {"odd", {0, "", 9, false}},
                             {"broken", {13, "out of order", 0, false}},
                             {"old", {12, "no such method", 0, false}},
                             {"late", {4, "too late", 0, false}}});
  struct Case {
    std::string service, problem;
  };
  const Case cases[] = {
      {"", ""},
      {"up", ""},
      {"down", "service unhealthy (responded with \"NOT_SERVING\")"},
      {"odd", "service unhealthy (responded with \"9\")"},
      {"broken", "error: health rpc probe failed: out of order"},
      {"old",
       "error: this server does not implement the grpc health protocol (grpc.health.v1.Health): no "
       "such method"},
      {"late", "timeout: health rpc did not complete within 30s"},
      {"none", "error: health rpc probe failed: unknown service"},
  };
  for (const Case& c : cases) {
    const ProbeResult result = grpc_check(c.service, kHost, server.port(), 30s);
    EXPECT_EQ(result.output, c.problem) << c.service;
    EXPECT_EQ(result.outcome, c.problem.empty() ? ProbeOutcome::kSuccess : ProbeOutcome::kFailure);
  }
}

TEST(GrpcCheck, AServerThatSaysNothingTimesOut) {
  const HealthServer server({{"", {0, "", 1, true}}});
  const ProbeResult result = grpc_check("", kHost, server.port(), 1s);
  EXPECT_EQ(result.outcome, ProbeOutcome::kFailure);
  EXPECT_EQ(result.output, "timeout: health rpc did not complete within 1s");
}

// A listener on the loopback that is not served.
class Listener {
 public:
  Listener() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(fd_, generic, length) == 0 && ::listen(fd_, 1) == 0 &&
        ::getsockname(fd_, generic, &length) == 0)
      port_ = ntohs(address.sin_port);
  }
  ~Listener() { close(); }
  void close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }
  int accept() const { return ::accept(fd_, nullptr, nullptr); }
  int port() const { return port_; }

 private:
  int fd_;
  int port_ = 0;
};

TEST(GrpcCheck, NobodyListens) {
  Listener listener;
  ASSERT_NE(listener.port(), 0);
  listener.close();
  const std::string address = std::string(kHost) + ":" + std::to_string(listener.port());
  EXPECT_EQ(grpc_check("", kHost, listener.port(), 30s).output,
            "error: failed to connect service at \"" + address + "\": Connection refused");
}

TEST(GrpcCheck, WhatIsNotHttp2IsRefused) {
  for (const std::string& answer :
       {std::string("HTTP/1.1 400 Bad Request\r\n\r\n"), std::string(), std::string(100, '\xff')}) {
    const Listener listener;
    const auto server = std::async(std::launch::async, [&] {
      const int connection = listener.accept();
      ::send(connection, answer.data(), answer.size(), MSG_NOSIGNAL);
      ::shutdown(connection, SHUT_WR);
      char buffer[1024];
      while (::recv(connection, buffer, sizeof buffer, 0) > 0) continue;
      ::close(connection);
    });
    const ProbeResult result = grpc_check("", kHost, listener.port(), 30s);
    EXPECT_EQ(result.outcome, ProbeOutcome::kFailure);
    EXPECT_THAT(result.output, testing::StartsWith("error: health rpc probe failed: "));
  }
}

}  // namespace
}  // namespace kubus::kubelet::test
