#include "bus/socket.h"

#include <sys/stat.h>

#include <cerrno>
#include <utility>

#include "bus/handover.h"
#include "bus/limits.h"

namespace kubus::bus {
namespace {

constexpr auto kMore = zmq::send_flags::sndmore | zmq::send_flags::dontwait;
constexpr auto kLast = zmq::send_flags::dontwait;
constexpr int kNever = 24 * 3600 * 1000;  // ms
constexpr int kBacklog = 4096;

void release_owner(void*, void* hint) {
  handover::received();
  delete static_cast<std::shared_ptr<const void>*>(hint);
}

zmq::message_t body_message(const Bytes& body) {
  if (body.size() < kShareOnSend || !body.owner()) return {body.data(), body.size()};
  auto* hint = new std::shared_ptr<const void>(body.owner());
  return {const_cast<char*>(body.data()), body.size(), &release_owner, hint};
}

Bytes body_bytes(zmq::message_t&& message) {
  const auto* data = static_cast<const char*>(message.data());
  if (message.size() < kShareOnReceive) return Bytes::copy({data, message.size()});
  auto owner = std::make_shared<const zmq::message_t>(std::move(message));
  const std::string_view view(static_cast<const char*>(owner->data()), owner->size());
  return Bytes::share(std::move(owner), view);
}

Status failure(std::string_view what, const std::string& address, const zmq::error_t& error) {
  return {Code::kUnavailable, std::string(what) + " " + address + ": " + error.what()};
}

}  // namespace

Socket::Socket(zmq::context_t& context, Kind kind, std::atomic<std::size_t>& count)
    : kind_(kind),
      count_(count),
      socket_(context, kind == Kind::kRouter ? zmq::socket_type::router : zmq::socket_type::dealer),
      context_(context) {
  ++count_;
  socket_.set(zmq::sockopt::linger, static_cast<int>(kLinger.count()));
  socket_.set(zmq::sockopt::sndhwm, kHighWater);
  socket_.set(zmq::sockopt::rcvhwm, kHighWater);
  socket_.set(zmq::sockopt::maxmsgsize, static_cast<std::int64_t>(kMaxBody));
  if (kind == Kind::kRouter) {
    socket_.set(zmq::sockopt::router_mandatory, true);
    socket_.set(zmq::sockopt::backlog, kBacklog);
  } else {
    // A lost connection is given up by the node. Forbidding the attempt (-1) would make libzmq drop
    // what arrived before the loss and has not been read.
    socket_.set(zmq::sockopt::reconnect_ivl, kNever);
  }
}

Socket::~Socket() {
  // First of all: a monitored socket whose listener is gone would block libzmq's I/O thread.
  if (monitor_) ::zmq_socket_monitor(socket_.handle(), nullptr, 0);
  monitor_.reset();
  socket_.close();
  --count_;
}

Status Socket::bind(const std::string& address) {
  try {
    socket_.bind(address);
  } catch (const zmq::error_t& error) {
    return failure("cannot bind", address, error);
  }
  constexpr std::string_view kIpc = "ipc://";
  if (address.starts_with(kIpc)) ::chmod(address.c_str() + kIpc.size(), 0600);
  return {};
}

Status Socket::connect(const std::string& address) {
  try {
    socket_.connect(address);
  } catch (const zmq::error_t& error) {
    return failure("cannot connect to", address, error);
  }
  return {};
}

void Socket::monitor() {
  const std::string address =
      "inproc://monitor-" + std::to_string(reinterpret_cast<std::uintptr_t>(this));
  try {
    // An attempt that failed is put off to a time that never comes: nobody was at the address.
    constexpr int kEvents = ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_CONNECT_RETRIED;
    if (::zmq_socket_monitor(socket_.handle(), address.c_str(), kEvents) != 0) return;
    monitor_ = std::make_unique<zmq::socket_t>(context_, zmq::socket_type::pair);
    monitor_->set(zmq::sockopt::linger, 0);
    monitor_->connect(address);
  } catch (const zmq::error_t&) {
    monitor_.reset();  // the directory still tells when the peer is gone
  }
}

bool Socket::disconnected() {
  if (!monitor_) return false;
  bool lost = false;
  try {
    zmq::message_t part;
    while (monitor_->recv(part, zmq::recv_flags::dontwait)) {
      if (part.more() && part.size() >= 2) lost = true;  // whichever of the two it is
    }
  } catch (const zmq::error_t&) {
    return true;
  }
  return lost;
}

int Socket::fd() const { return socket_.get(zmq::sockopt::fd); }
int Socket::monitor_fd() const { return monitor_ ? monitor_->get(zmq::sockopt::fd) : -1; }

Socket::Sent Socket::send(std::string_view peer, const Header& header, const Bytes& body) {
  try {
    zmq::message_t head(header.ByteSizeLong());
    header.SerializeWithCachedSizesToArray(static_cast<std::uint8_t*>(head.data()));
    zmq::message_t tail = body_message(body);
    handover::sent();
    if (kind_ == Kind::kRouter && !socket_.send(zmq::buffer(peer), kMore)) return Sent::kFull;
    if (!socket_.send(head, body.empty() ? kLast : kMore)) return Sent::kFull;
    if (!body.empty()) socket_.send(tail, kLast);
    return Sent::kOk;
  } catch (const zmq::error_t& error) {
    return error.num() == EAGAIN ? Sent::kFull : Sent::kGone;
  }
}

Socket::Received Socket::receive(std::string& peer, Header& header, Bytes& body) {
  try {
    return read(peer, header, body);
  } catch (const zmq::error_t&) {
    return Received::kNone;  // the context is being shut down
  }
}

Socket::Received Socket::read(std::string& peer, Header& header, Bytes& body) {
  zmq::message_t part;
  if (!socket_.recv(part, zmq::recv_flags::dontwait)) return Received::kNone;
  handover::received();
  if (kind_ == Kind::kRouter) {
    peer.assign(static_cast<const char*>(part.data()), part.size());
    if (!part.more() || !socket_.recv(part, zmq::recv_flags::dontwait)) return Received::kMalformed;
  }
  bool good = part.size() <= kMaxHeader &&
              header.ParseFromArray(part.data(), static_cast<int>(part.size()));
  good = good && header.type() != Header::UNSPECIFIED;
  body = Bytes();
  if (part.more()) {
    zmq::message_t tail;
    if (!socket_.recv(tail, zmq::recv_flags::dontwait)) return Received::kMalformed;
    bool more = tail.more();
    good = good && !more && tail.size() <= kMaxBody;
    if (good) body = body_bytes(std::move(tail));
    while (more) {
      zmq::message_t extra;
      if (!socket_.recv(extra, zmq::recv_flags::dontwait)) break;
      more = extra.more();
    }
  }
  return good ? Received::kFrame : Received::kMalformed;
}

}  // namespace kubus::bus
