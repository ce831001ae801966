// What happens from outside: kill -9, random bytes on the sockets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <random>

#include "cluster.h"

namespace kubus::testing {
namespace {

TEST(Faults, AKilledHostProcessIsReplaced) {
  Cluster cluster;
  cluster.install("zoo-good");
  cluster.install("zoo-exclusive");
  cluster.start("zoo-good: {isolation: process}\n");
  cluster.expect("zoo-good", "ready");
  cluster.expect("zoo-exclusive", "ready");
  auto client = cluster.connect();
  for (int round = 1; round <= 3; ++round) {
    auto pid = Cluster::number(cluster.plugin("zoo-good"), "pid");
    ASSERT_NE(pid, cluster.pid());
    ASSERT_EQ(::kill(static_cast<pid_t>(pid), SIGKILL), 0);
    EXPECT_TRUE(eventually([&] {
      auto plugin = cluster.plugin("zoo-good");
      return Cluster::text(plugin, "state") == "ready" && Cluster::number(plugin, "pid") != pid;
    }));
    auto reply = client->self().context().bus().call_wait("zoo.good.v1", "Version", {});
    EXPECT_TRUE(reply.ok()) << reply.status().message();
    EXPECT_EQ(Cluster::number(cluster.plugin("zoo-good"), "restarts"), round);
  }
  EXPECT_EQ(Cluster::number(cluster.plugin("zoo-exclusive"), "generation"), 1);
}

TEST(Faults, ACallToAKilledProcessEndsWithAnError) {
  Cluster cluster;
  cluster.install("zoo-hangs-isolated");
  cluster.install("zoo-good");
  cluster.start("zoo-good: {isolation: process}\n");
  cluster.expect("zoo-good", "ready");
  auto client = cluster.connect();
  auto pid = static_cast<pid_t>(Cluster::number(cluster.plugin("zoo-good"), "pid"));
  ::kill(pid, SIGSTOP);
  std::atomic<bool> ended = false;
  auto call = client->self().context().bus().call("zoo.good.v1", "Version", {}, {},
                                                  [&](const Result<Bytes>& reply) {
                                                    EXPECT_FALSE(reply.ok());
                                                    ended = true;
                                                  });
  ::kill(pid, SIGKILL);
  EXPECT_TRUE(eventually([&] { return ended.load(); }));
}

TEST(Faults, NoProcessIsLeftBehindWhenKubusdIsKilled) {
  Cluster cluster;
  cluster.install("zoo-good");
  cluster.install("zoo-hangs-isolated");
  cluster.start("zoo-good: {isolation: process}\ndrain_timeout: 300ms\n");
  cluster.expect("zoo-good", "ready");
  cluster.expect("zoo-hangs-isolated", "ready");
  auto children = children_of(cluster.pid());
  ASSERT_EQ(children.size(), 2U);
  cluster.signal(SIGKILL);
  EXPECT_EQ(cluster.wait_exit(), -SIGKILL);
  for (auto child : children)
    EXPECT_TRUE(eventually([&] { return ::kill(child, 0) != 0; })) << child;
  // And the next one starts where the last one was.
  cluster.start("zoo-good: {isolation: process}\n");
  cluster.expect("zoo-good", "ready");
}

TEST(Faults, RandomBytesOnItsSocketsDoNoHarm) {
  Cluster cluster;
  cluster.install("zoo-good");
  cluster.start();
  cluster.expect("zoo-good", "ready");
  std::mt19937 random(3);
  std::size_t sockets = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(cluster.dir() + "/run")) {
    if (!entry.is_socket()) continue;
    ++sockets;
    for (int round = 0; round < 50; ++round) {
      int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
      sockaddr_un address{};
      address.sun_family = AF_UNIX;
      std::strncpy(address.sun_path, entry.path().c_str(), sizeof address.sun_path - 1);
      ASSERT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
      std::string bytes(1 + random() % 2000, '\0');
      for (auto& byte : bytes) byte = static_cast<char>(random());
      // Half of them begin as the transport does.
      if (round % 2 == 0) bytes.replace(0, 11, std::string("\xff\0\0\0\0\0\0\0\x01\x7f\x03", 11));
      [[maybe_unused]] auto sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      ::close(fd);
    }
  }
  EXPECT_GT(sockets, 0U);
  auto client = cluster.connect();
  auto reply = client->self().context().bus().call_wait("zoo.good.v1", "Version", {});
  EXPECT_TRUE(reply.ok()) << reply.status().message();
  EXPECT_EQ(cluster.kubus({"status"}).code, 0);
}

TEST(Faults, ASecondKubusdIsRefused) {
  Cluster cluster;
  cluster.start();
  Cluster other;
  std::filesystem::create_directory_symlink(cluster.dir() + "/run", other.dir() + "/run");
  other.start();
  EXPECT_EQ(other.wait_exit(), 0);  // collected by start()
  EXPECT_THAT(other.log(), ::testing::HasSubstr("cannot start"));
  EXPECT_EQ(cluster.kubus({"status"}).code, 0);
}

}  // namespace
}  // namespace kubus::testing
