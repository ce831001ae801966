// PortDialer: connections to the ports of one pod.
//
// Thread safety: dial() from any thread.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <memory>
#include <string>

namespace kubus::bus {
class Client;
}

namespace kubus::kubelet {

using LocalSocket = boost::asio::local::stream_protocol::socket;

class PortDialer {
 public:
  // A socket that carries the bytes of the connection, or why there is none, in words for the user.
  struct Dialled {
    std::shared_ptr<LocalSocket> socket;
    std::string error;
  };
  virtual ~PortDialer() = default;
  // What the reference calls the pod in its messages: its sandbox.
  virtual const std::string& pod() const = 0;
  virtual boost::asio::awaitable<Dialled> dial(int port) = 0;
};

// Over the runtime contract. `bus` outlives what is made.
std::shared_ptr<PortDialer> dial_by_runtime(bus::Client& bus, std::string sandbox_id);

}  // namespace kubus::kubelet
