#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>

#include <cstring>
#include <thread>

#include "sessions.h"
#include "streams.h"

namespace kubus::runtime_oci {
namespace {

constexpr int kConnectPatienceMs = 10'000;

UniqueFd try_connect(int family, int port) {
  UniqueFd fd(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) return {};
  sockaddr_storage storage{};
  socklen_t size = 0;
  if (family == AF_INET) {
    auto& address = reinterpret_cast<sockaddr_in&>(storage);
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    size = sizeof address;
  } else {
    auto& address = reinterpret_cast<sockaddr_in6&>(storage);
    address.sin6_family = AF_INET6;
    address.sin6_port = htons(static_cast<std::uint16_t>(port));
    address.sin6_addr = in6addr_loopback;
    size = sizeof address;
  }
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&storage), size) == 0) return fd;
  pollfd poll_fd{fd.get(), POLLOUT, 0};
  int error = 0;
  socklen_t length = sizeof error;
  if (errno != EINPROGRESS || ::poll(&poll_fd, 1, kConnectPatienceMs) <= 0 ||
      ::getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &error, &length) < 0 || error != 0)
    return {};
  return fd;
}

// A thread of its own changes its network namespace and ends; the socket stays in it.
UniqueFd connect_inside(const std::string& netns, int port) {
  UniqueFd result;
  std::thread([&] {
    if (!netns.empty()) {
      const UniqueFd space(::open(netns.c_str(), O_RDONLY | O_CLOEXEC));
      if (!space || ::setns(space.get(), CLONE_NEWNET) < 0) return;
    }
    result = try_connect(AF_INET, port);
    if (!result) result = try_connect(AF_INET6, port);
  }).join();
  return result;
}

class PortSession : public Session {
 public:
  PortSession(Node& node, Sessions& sessions) : node_(node), sessions_(sessions) {}

  void begin(UniqueFd client, UniqueFd server) {
    link(client, server, 0);
    link(server, client, 1);
    for (auto& reader : readers_) reader->resume();
  }

 private:
  static UniqueFd copy(const UniqueFd& fd) {
    return UniqueFd(::fcntl(fd.get(), F_DUPFD_CLOEXEC, 0));
  }

  // Carries what comes from `from` to `to`, and its end.
  void link(const UniqueFd& from, const UniqueFd& to, std::size_t way) {
    writers_[way] =
        std::make_unique<ByteWriter>(node_.loop, copy(to), [this, way] { on_room(way); });
    readers_[way] = std::make_unique<ByteReader>(
        node_.loop, copy(from),
        [this, way](std::string_view data) {
          writers_[way]->write(data);
          if (writers_[way]->pending() > kBacklog) readers_[way]->pause();
        },
        [this, way] {
          writers_[way]->finish();
          check();
        });
  }

  void on_room(std::size_t way) {
    if (readers_[way]) readers_[way]->resume();
    check();
  }

  void check() {
    const auto over = [this](std::size_t way) {
      return writers_[way]->broken() || (readers_[way]->ended() && writers_[way]->closed());
    };
    const bool broken = writers_[0]->broken() || writers_[1]->broken();
    if (!dropped_ && (broken || (over(0) && over(1)))) {
      dropped_ = true;
      sessions_.drop(this);
    }
  }

  Node& node_;
  Sessions& sessions_;
  std::unique_ptr<ByteReader> readers_[2];
  std::unique_ptr<ByteWriter> writers_[2];
  bool dropped_ = false;
};

}  // namespace

void serve_port(Node& node, Sessions& sessions, const std::string& netns, int port,
                UniqueFd connection) {
  node.pool.post([&node, &sessions, netns, port, client = std::move(connection)]() mutable {
    auto server = connect_inside(netns, port);
    if (!server) return;  // the client sees its connection close
    node.loop.post(
        [&node, &sessions, client = std::move(client), server = std::move(server)]() mutable {
          auto session = std::make_shared<PortSession>(node, sessions);
          sessions.keep(session);
          session->begin(std::move(client), std::move(server));
        });
  });
}

}  // namespace kubus::runtime_oci
