#include "bus/peer.h"

#include <utility>

#include "bus/limits.h"
#include "bus/node.h"

namespace kubus::bus {

Peer::Peer(Node& node, Provider provider)
    : node_(node),
      provider_(std::move(provider)),
      local_(node.process().is_local(provider_)),
      socket_(node.process().context, Socket::Kind::kDealer, node.counters().sockets) {}

Peer::~Peer() { node_.core().forget(*this); }

Status Peer::open() {
  const Process& process = node_.process();
  if (!local_) socket_.monitor();
  KUBUS_TRY(socket_.connect(local_ ? process.inproc_address(provider_.id, provider_.generation)
                                   : process.ipc_address(provider_.id, provider_.generation)));
  const auto wake = [this](std::uint32_t) { node_.core().ready(*this); };
  readable_ = core::add_watch(node_.core_ptr(), socket_.fd(), Loop::kReadable, wake, true);
  if (const int fd = socket_.monitor_fd(); fd >= 0)
    monitored_ = core::add_watch(node_.core_ptr(), fd, Loop::kReadable, wake, true);
  Header hello;
  hello.set_type(Header::HELLO);
  hello.set_caller(node_.id());
  hello.set_generation(node_.generation());
  hello.set_process(process.id());
  hello.set_version(kProtocolVersion);
  send(hello, {});
  return {};
}

Socket::Sent Peer::send(const Header& header, const Bytes& body) {
  node_.core().ready(*this);  // sending may have consumed the descriptor's edge
  node_.trace(true, provider_.id, header, body);
  return socket_.send({}, header, body);
}

bool Peer::read_batch(int limit) {
  Bytes body;
  for (int i = 0; i < limit && !retired; ++i) {
    switch (socket_.receive(unused_, header_, body)) {
      case Socket::Received::kNone:
        return false;
      case Socket::Received::kMalformed:
        node_.malformed(provider_.key());
        break;
      case Socket::Received::kFrame:
        node_.trace(false, provider_.id, header_, body);
        node_.on_answer(*this, header_, std::move(body));
        break;
    }
  }
  return !retired;
}

bool Peer::process() {
  if (retired) return false;
  if (read_batch(kBatch)) return true;
  if (!retired && socket_.disconnected()) node_.on_broken(*this);
  return false;
}

void Peer::drain() {
  while (read_batch(kBatch)) {
  }
}

void Peer::leave() {
  if (broken || gone || goodbye) return;
  Header header;
  header.set_type(Header::GOODBYE);
  socket_.send({}, header, {});
}

}  // namespace kubus::bus
