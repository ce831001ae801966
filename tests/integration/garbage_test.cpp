// What is no request and no plugin: refused with a reason, and nothing is the worse for it.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include "cluster_test.h"
#include "process_usage.h"

namespace kubus::integration {
namespace {

namespace fs = std::filesystem;

class GarbageTest : public ClusterTest {
 protected:
  ClusterOptions options() const override { return {.environment = {}, .own_plugins = true}; }

  std::string random_bytes(std::size_t size) {
    std::string text(size, '\0');
    for (auto& c : text) c = static_cast<char>(random_());
    return text;
  }
  // Nonsense that gets differently far into a reader.
  std::vector<std::string> payloads() {
    return {random_bytes(1),
            random_bytes(5000),
            "GET / HTTP/1.1\r\n" + random_bytes(3000),
            std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11) + random_bytes(600),
            std::string("\xff\0\0\0\0\0\0\0\1\x7f\3\0NULL", 16) + std::string(48, '\0') +
                random_bytes(4000),
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + random_bytes(4000)};
  }

  void send_all(int family, const sockaddr* address, socklen_t size) {
    std::vector<int> open;
    for (const auto& payload : payloads()) {
      const int fd = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
      ASSERT_EQ(::connect(fd, address, size), 0) << std::strerror(errno);
      // It may be cut off in the middle.
      (void)::send(fd, payload.data(), payload.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      open.push_back(fd);
    }
    for (const int fd : open) ::close(fd);
  }

  // The TCP ports of the node that something listens at, with their addresses.
  std::vector<sockaddr_in> listeners() {
    std::vector<sockaddr_in> found;
    std::ifstream table("/proc/thread-self/net/tcp");
    std::string line;
    std::getline(table, line);
    while (std::getline(table, line)) {
      unsigned address = 0, port = 0, state = 0;
      if (std::sscanf(line.c_str(), "%*d: %x:%x %*x:%*x %x", &address, &port, &state) != 3 ||
          state != 10)
        continue;
      sockaddr_in to{};
      to.sin_family = AF_INET;
      to.sin_port = htons(static_cast<std::uint16_t>(port));
      to.sin_addr.s_addr = address == 0 ? htonl(INADDR_LOOPBACK) : address;
      found.push_back(to);
    }
    return found;
  }

  // How many there are.
  std::size_t send_to_ports() {
    const auto all = listeners();
    for (const auto& to : all) send_all(AF_INET, reinterpret_cast<const sockaddr*>(&to), sizeof to);
    return all.size();
  }
  std::size_t send_to_sockets() {
    std::size_t count = 0;
    for (const auto& entry : fs::recursive_directory_iterator(cluster().run_dir())) {
      sockaddr_un to{};
      to.sun_family = AF_UNIX;
      const auto path = entry.path().string();
      if (!entry.is_socket() || path.size() >= sizeof to.sun_path) continue;
      std::memcpy(to.sun_path, path.c_str(), path.size());
      send_all(AF_UNIX, reinterpret_cast<const sockaddr*>(&to), sizeof to);
      ++count;
    }
    return count;
  }

  std::mt19937 random_{20351};
};

TEST_F(GarbageTest, RandomBytesOnEveryPortAndSocket) {
  const auto daemon = cluster().daemon();
  const auto before = testing::usage_of(daemon);
  std::size_t ports = 0;
  std::size_t sockets = 0;
  for (int round = 0; round < 5; ++round) {
    cluster().in_network([&] { ports = send_to_ports(); });
    sockets = send_to_sockets();
  }
  EXPECT_GE(ports, 1u);
  EXPECT_GE(sockets, 10u);
  EXPECT_EQ(cluster().daemon(), daemon);
  EXPECT_EQ(cluster().unwell(), "");
  const auto ready = cluster().kubectl({"get", "--raw", "/readyz"});
  EXPECT_EQ(ready.out, "ok");
  // Of hundreds of connections none is kept; the node itself may have opened a few files meanwhile.
  EXPECT_TRUE(eventually([&] {
    return testing::usage_of(daemon).descriptors <= before.descriptors + 10;
  })) << before.descriptors
      << " descriptors became " << testing::usage_of(daemon).descriptors;
}

TEST_F(GarbageTest, FilesThatAreNoPlugins) {
  std::ifstream good(cluster().plugin_dir() + "/scheduler.so", std::ios::binary);
  const std::string plugin{std::istreambuf_iterator<char>(good), {}};
  auto garbled = plugin;
  const auto manifest = garbled.find("name: scheduler");
  ASSERT_NE(manifest, std::string::npos);
  for (std::size_t i = 0; i < 200; ++i) garbled[manifest + i] = static_cast<char>(random_());
  const std::pair<const char*, std::string> files[] = {{"empty", ""},
                                                       {"noise", random_bytes(100'000)},
                                                       {"cut", plugin.substr(0, plugin.size() / 2)},
                                                       {"garbled", garbled}};
  for (const auto& [name, content] : files) {
    SCOPED_TRACE(name);
    const auto path = cluster().plugin_dir() + "/" + name + ".so";
    std::ofstream(path + ".new", std::ios::binary) << content;
    fs::rename(path + ".new", path);
    boost::json::object seen;
    EXPECT_TRUE(eventually([&] { return !(seen = cluster().plugin(name)).empty(); }));
    if (!seen.empty()) {
      EXPECT_EQ(seen.at("state").as_string(), "refused");
      EXPECT_FALSE(seen.at("message").as_string().empty());
    }
    fs::remove(path);
    EXPECT_TRUE(eventually([&] { return cluster().plugin(name).empty(); }));
  }
  EXPECT_EQ(cluster().unwell(), "");
}

}  // namespace
}  // namespace kubus::integration
