// Socket: one ZeroMQ socket that carries bus frames. Adapter: no exception of cppzmq leaves it.
//
// Thread safety: none; a socket is made, used and closed by one loop's thread.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <zmq.hpp>

#include "kubus/bytes.h"
#include "kubus/frame.pb.h"
#include "kubus/status.h"

namespace kubus::bus {

using frame::Header;

class Socket {
 public:
  enum class Kind { kRouter, kDealer };
  enum class Sent { kOk, kFull, kGone };
  enum class Received { kNone, kFrame, kMalformed };

  // `count` is kept up to date with the sockets open.
  Socket(zmq::context_t& context, Kind kind, std::atomic<std::size_t>& count);
  ~Socket();
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  // An ipc address gets mode 0600.
  Status bind(const std::string& address);
  Status connect(const std::string& address);
  // Tells of connections lost, or never made, through disconnected(). Before connect().
  void monitor();
  // True once after the peer closed the connection, or when nobody listens at its address.
  bool disconnected();
  int fd() const;
  int monitor_fd() const;

  // `peer` is the routing id for a router, ignored for a dealer. kGone: no such peer.
  Sent send(std::string_view peer, const Header& header, const Bytes& body);
  // Sets `peer` for a router. A malformed message is taken out whole.
  Received receive(std::string& peer, Header& header, Bytes& body);

 private:
  Received read(std::string& peer, Header& header, Bytes& body);

  const Kind kind_;
  std::atomic<std::size_t>& count_;
  zmq::socket_t socket_;
  zmq::context_t& context_;
  std::unique_ptr<zmq::socket_t> monitor_;
};

}  // namespace kubus::bus
