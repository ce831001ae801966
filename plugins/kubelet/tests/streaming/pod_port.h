// The pod's side of forwarded connections in tests: every dialled port is a pair of sockets, one of
// them the test's.
//
// Thread safety: none.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/this_coro.hpp>
#include <vector>

#include "streaming/port_dialer.h"

namespace kubus::kubelet::test {

class PodPort final : public PortDialer {
 public:
  ~PodPort() override {
    for (const int fd : sockets) ::close(fd);
  }
  const std::string& pod() const override { return pod_; }
  boost::asio::awaitable<Dialled> dial(int port) override {
    ports.push_back(port);
    if (!refusal.empty()) co_return Dialled{nullptr, refusal};
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
      co_return Dialled{nullptr, "no sockets"};
    auto socket = std::make_shared<LocalSocket>(co_await boost::asio::this_coro::executor,
                                                boost::asio::local::stream_protocol(), ends[0]);
    ::fcntl(ends[1], F_SETFL, O_NONBLOCK);
    sockets.push_back(ends[1]);
    co_return Dialled{std::move(socket), {}};
  }

  void write(std::size_t at, std::string_view data) {
    ASSERT_EQ(::send(sockets.at(at), data.data(), data.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(data.size()));
  }
  // What is there now.
  std::string read(std::size_t at) {
    std::string data(1 << 20, '\0');
    const auto size = ::recv(sockets.at(at), data.data(), data.size(), 0);
    data.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return data;
  }
  bool at_end(std::size_t at) {
    char byte;
    return ::recv(sockets.at(at), &byte, 1, MSG_PEEK) == 0;
  }
  void end_writing(std::size_t at) { ::shutdown(sockets.at(at), SHUT_WR); }
  void close(std::size_t at) { ::shutdown(sockets.at(at), SHUT_RDWR); }

  std::string refusal;
  std::vector<int> ports;
  std::vector<int> sockets;

 private:
  const std::string pod_ = "c0ffee";
};

}  // namespace kubus::kubelet::test
