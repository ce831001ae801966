#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>

#include <cctype>
#include <system_error>
#include <thread>

#include "sessions.h"
#include "streams.h"

namespace kubus::runtime_oci {
namespace {

constexpr int kConnectPatienceMs = 10'000;

// The connection, or the errno of why there is none.
struct Dialled {
  UniqueFd fd;
  int error = 0;
};

Dialled dial(int family, int port) {
  Dialled result{UniqueFd(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0))};
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
  if (result.fd &&
      ::connect(result.fd.get(), reinterpret_cast<const sockaddr*>(&storage), size) == 0)
    return result;
  result.error = errno;
  if (!result.fd || result.error != EINPROGRESS) return result;
  pollfd poll_fd{result.fd.get(), POLLOUT, 0};
  socklen_t length = sizeof result.error;
  if (const int ready = ::poll(&poll_fd, 1, kConnectPatienceMs); ready <= 0)
    result.error = ready == 0 ? ETIMEDOUT : errno;
  else if (::getsockopt(result.fd.get(), SOL_SOCKET, SO_ERROR, &result.error, &length) < 0)
    result.error = errno;
  return result;
}

std::string reason(int error) {
  if (error == ETIMEDOUT) return "i/o timeout";
  auto text = std::generic_category().message(error);
  text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
  return "connect: " + text;
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

Result<UniqueFd> dial_port(const runtime::Sandbox& sandbox, int port) {
  const auto& netns = sandbox.netns();
  Dialled v4, v6;
  std::string failure;
  // A thread of its own changes its network namespace and ends; the socket stays in it.
  std::thread([&] {
    if (!netns.empty()) {
      const UniqueFd space(::open(netns.c_str(), O_RDONLY | O_CLOEXEC));
      if (!space || ::setns(space.get(), CLONE_NEWNET) < 0) {
        failure = std::generic_category().message(errno);
        return;
      }
    }
    v4 = dial(AF_INET, port);
    if (v4.error != 0) v6 = dial(AF_INET6, port);
  }).join();
  if (failure.empty()) {
    if (v4.error == 0) return std::move(v4.fd);
    if (v6.error == 0) return std::move(v6.fd);
    const auto number = std::to_string(port);
    failure = "failed to connect to localhost:" + number + " inside namespace \"" + sandbox.id() +
              "\", IPv4: dial tcp4 127.0.0.1:" + number + ": " + reason(v4.error) +
              " IPv6 dial tcp6 [::1]:" + number + ": " + reason(v6.error) + " ";
  }
  return Status(Code::kServiceUnavailable,
                "failed to execute portforward in network namespace \"" + netns + "\": " + failure);
}

void serve_port(Node& node, Sessions& sessions, UniqueFd client, UniqueFd server) {
  auto session = std::make_shared<PortSession>(node, sessions);
  sessions.keep(session);
  session->begin(std::move(client), std::move(server));
}

}  // namespace kubus::runtime_oci
