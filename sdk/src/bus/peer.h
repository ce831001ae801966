// Peer: the connection to one provider: a dealer socket and what is known of the other end.
//
// Thread safety: none; on the node's loop.
#pragma once

#include <string>

#include "bus/routes.h"
#include "bus/socket.h"
#include "core/loop_core.h"

namespace kubus::bus {

class Node;

class Peer final : public core::Source {
 public:
  Peer(Node& node, Provider provider);
  ~Peer() override;

  // Connects and says hello.
  Status open();
  Socket::Sent send(const Header& header, const Bytes& body);
  bool process() override;
  // Reads all that has arrived.
  void drain();
  // Says goodbye, if there is still somebody to hear it.
  void leave();

  const Provider& provider() const { return provider_; }
  bool local() const { return local_; }
  // Takes no new requests: it drains, is gone or broken.
  bool closed() const { return draining || goodbye || broken || gone || retired; }

  bool welcomed = false;  // it has read our hello
  bool draining = false;  // it refused a request
  bool goodbye = false;   // it has answered all it read
  bool broken = false;    // the connection is lost
  bool gone = false;      // the directory says so
  bool retired = false;   // nothing is expected any more

  Registration limbo;

 private:
  bool read_batch(int limit);

  Node& node_;
  const Provider provider_;
  const bool local_;
  Socket socket_;
  Header header_;
  std::string unused_;
  Registration readable_;
  Registration monitored_;
};

}  // namespace kubus::bus
