#include "netlab.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <stdexcept>

namespace kubus::netlab {
namespace {

constexpr int kPatienceMs = 1500;

void require(bool good, const char* what) {
  if (!good) throw std::runtime_error(std::string(what) + ": " + std::strerror(errno));
}

// A socket address of either family.
struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;

  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
  static Address of(const std::string& text, int port) {
    Address out;
    auto* four = reinterpret_cast<sockaddr_in*>(&out.storage);
    auto* six = reinterpret_cast<sockaddr_in6*>(&out.storage);
    if (inet_pton(AF_INET, text.c_str(), &four->sin_addr) == 1) {
      four->sin_family = AF_INET;
      four->sin_port = htons(static_cast<std::uint16_t>(port));
      out.size = sizeof *four;
    } else {
      inet_pton(AF_INET6, text.c_str(), &six->sin6_addr);
      six->sin6_family = AF_INET6;
      six->sin6_port = htons(static_cast<std::uint16_t>(port));
      out.size = sizeof *six;
    }
    return out;
  }
  std::string str() const {
    char text[INET6_ADDRSTRLEN] = {};
    const auto* six = reinterpret_cast<const sockaddr_in6*>(&storage);
    inet_ntop(AF_INET6, &six->sin6_addr, text, sizeof text);
    return std::string(text).starts_with("::ffff:") ? text + 7 : text;
  }
};

std::string failure() {
  switch (errno) {
    case ECONNREFUSED:
      return "refused";
    case EAGAIN:
    case EINPROGRESS:
    case ETIMEDOUT:
      return "timeout";
    case ENETUNREACH:
    case EHOSTUNREACH:
      return "unreachable";
    default:
      return std::strerror(errno);
  }
}

std::string ask_here(const std::string& text, int port, bool datagrams, int source_port) {
  Address to = Address::of(text, port);
  const int fd =
      socket(to.get()->sa_family, (datagrams ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC, 0);
  require(fd >= 0, "socket");
  const timeval patience{kPatienceMs / 1000, kPatienceMs % 1000 * 1000};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  if (source_port != 0) {
    Address from = Address::of(to.get()->sa_family == AF_INET ? "0.0.0.0" : "::", source_port);
    require(bind(fd, from.get(), from.size) == 0, "bind");
  }
  std::array<char, 256> block;
  ssize_t got = -1;
  if (connect(fd, to.get(), to.size) == 0 && (!datagrams || send(fd, "?", 1, 0) == 1))
    got = recv(fd, block.data(), block.size(), 0);
  const std::string answer =
      got < 0 ? failure() : std::string(block.data(), static_cast<std::size_t>(got));
  close(fd);
  return answer;
}

}  // namespace

std::string why_not() {
  if (geteuid() != 0) return "needs root";
  std::string reason;
  std::thread([&reason] {
    if (unshare(CLONE_NEWNET) != 0) reason = "network namespaces are not available here";
    if (reason.empty() && !shell("nft add table ip netlab 2>/dev/null"))
      reason = "nftables is not available here";
    if (reason.empty() && !shell("ip link add lab0 type veth peer name lab1 2>/dev/null"))
      reason = "veth interfaces are not available here";
  }).join();
  return reason;
}

void enter_fresh_namespace() {
  require(unshare(CLONE_NEWNET) == 0, "unshare");
  require(shell("ip link set lo up"), "loopback");
}

bool shell(const std::string& command) { return std::system(command.c_str()) == 0; }

void write_sysctl(const std::string& path, const std::string& value) {
  std::ofstream("/proc/sys/" + path) << value;
}

Space::Space() {
  std::thread([this] {
    if (unshare(CLONE_NEWNET) == 0) fd_ = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
  }).join();
  require(fd_ >= 0, "unshare");
}

Space::~Space() { close(fd_); }

std::string Space::path() const {
  return "/proc/" + std::to_string(getpid()) + "/fd/" + std::to_string(fd_);
}

void Space::run(const std::function<void()>& body) const {
  std::exception_ptr problem;
  std::thread([&] {
    try {
      require(setns(fd_, CLONE_NEWNET) == 0, "setns");
      body();
    } catch (...) {
      problem = std::current_exception();
    }
  }).join();
  if (problem) std::rethrow_exception(problem);
}

Server::Server(const Space* space, int port, std::string name, Protocol protocol)
    : name_(std::move(name)), datagrams_(protocol == Protocol::kUdp) {
  const auto listen_here = [&] {
    listener_ = socket(AF_INET6, (datagrams_ ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC, 0);
    require(listener_ >= 0, "socket");
    const int on = 1;
    setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    Address any = Address::of("::", port);
    require(bind(listener_, any.get(), any.size) == 0, "bind");
    require(datagrams_ || listen(listener_, 1024) == 0, "listen");
  };
  if (space)
    space->run(listen_here);
  else
    listen_here();
  stop_ = eventfd(0, EFD_CLOEXEC);
  thread_ = std::thread([this] { serve(); });
}

Server::~Server() {
  eventfd_write(stop_, 1);
  thread_.join();
  close(stop_);
  close(listener_);
}

void Server::serve() {
  for (;;) {
    std::array<pollfd, 2> fds{pollfd{listener_, POLLIN, 0}, pollfd{stop_, POLLIN, 0}};
    poll(fds.data(), fds.size(), -1);
    if (fds[1].revents) return;
    Address peer;
    peer.size = sizeof peer.storage;
    char question;
    if (datagrams_) {
      if (recvfrom(listener_, &question, 1, 0, peer.get(), &peer.size) < 0) continue;
      const std::string answer = name_ + " " + peer.str();
      sendto(listener_, answer.data(), answer.size(), 0, peer.get(), peer.size);
      continue;
    }
    const int fd = accept4(listener_, peer.get(), &peer.size, SOCK_CLOEXEC);
    if (fd < 0) continue;
    const std::string answer = name_ + " " + peer.str();
    send(fd, answer.data(), answer.size(), MSG_NOSIGNAL);
    close(fd);
  }
}

std::string ask(const Space* space, const std::string& address, int port, Server::Protocol protocol,
                int source_port) {
  const bool datagrams = protocol == Server::Protocol::kUdp;
  if (!space) return ask_here(address, port, datagrams, source_port);
  std::string answer;
  space->run([&] { answer = ask_here(address, port, datagrams, source_port); });
  return answer;
}

std::string name_in(const std::string& answer) { return answer.substr(0, answer.find(' ')); }

}  // namespace kubus::netlab
