#include <algorithm>
#include <limits>
#include <utility>

#include "bus/limits.h"
#include "bus/node.h"

namespace kubus::bus {
namespace {

Header::Type open_type(Request::Kind kind) {
  switch (kind) {
    case Request::Kind::kCall:
      return Header::CALL;
    case Request::Kind::kStream:
      return Header::STREAM_OPEN;
    case Request::Kind::kEvents:
      break;
  }
  return Header::SUBSCRIBE;
}

std::uint64_t remaining_ms(const Request& request) {
  if (!request.timed) return 0;
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(request.deadline - core::Clock::now());
  return static_cast<std::uint64_t>(std::max<std::int64_t>(left.count(), 1));
}

Status status_of(const Header& header) {
  if (header.code() == 0) return {};
  const bool known = header.code() <= static_cast<std::uint32_t>(Code::kDraining);
  Status status(known ? static_cast<Code>(header.code()) : Code::kUnknown, header.message());
  if (!header.details().empty()) status.with_details(header.details());
  return status;
}

}  // namespace

void Node::begin(const std::shared_ptr<Request>& request) {
  run([self = shared_from_this(), request] { self->start(request); });
}

void Node::start(const std::shared_ptr<Request>& request) {
  if (request->slot.cancelled()) return;
  if (closed_)
    return finish_later(request, Status(Code::kCancelled, "the plugin that asked is ending"));
  if (requests_.size() >= kMaxOutstanding)
    return finish_later(request, Status(Code::kTooManyRequests, "too many outstanding requests"));
  if (request->body.size() > kMaxBody)
    return finish_later(request, Status(Code::kRequestEntityTooLarge, "the body exceeds 256 MiB"));
  request->id = next_id_++;
  requests_.emplace(request->id, request);
  counters_.outstanding = requests_.size();
  set_deadline(*request);
  route(request);
}

std::optional<Provider> Node::find(const Request& request) const {
  if (request.service == kDirectoryService || request.options.provider == kKernelId)
    return process_.kernel();
  return process_.routes.find(request.service, request.options.provider);
}

void Node::route(const std::shared_ptr<Request>& request) {
  request->peer = nullptr;
  const auto provider = find(*request);
  // A dealer would wait at a dead address in silence, also for a kernel that comes later.
  if (provider && provider->id == kKernelId && !process_.is_local(*provider) &&
      !peers_.contains(provider->key()) && !process_.kernel_answers())
    return finish_later(request, Status(Code::kUnavailable, "the kernel does not answer"));
  Peer* peer = provider ? peer_for(*provider) : nullptr;
  if (!peer || peer->closed()) {
    if (request->kind == Request::Kind::kEvents)
      return finish_later(request, Status(Code::kUnavailable, "the publisher is gone"));
    waiting_.insert(request->id);
    return;
  }
  waiting_.erase(request->id);
  request->peer = peer;
  if (send_open(*peer, *request)) return;
  // It reads nothing, or has just closed and its goodbye is on the way. Nothing was sent.
  request->peer = nullptr;
  waiting_.insert(request->id);
  retry_soon();
}

void Node::retry_soon() {
  if (retry_) return;
  retry_ = core::add_timer(core_, kRetryPeriod, {}, [this] {
    retry_.reset();
    retry_waiting();
  });
}

Peer* Node::peer_for(const Provider& provider) {
  std::string key = provider.key();
  const auto it = peers_.find(key);
  if (it != peers_.end()) return it->second.get();
  auto peer = std::make_unique<Peer>(*this, provider);
  if (const Status status = peer->open(); !status.ok()) {
    log_.warn("cannot reach a provider", {{"provider", key}, {"why", status.message()}});
    return nullptr;
  }
  return peers_.emplace(std::move(key), std::move(peer)).first->second.get();
}

bool Node::send_open(Peer& peer, Request& request) {
  Header header;
  header.set_type(open_type(request.kind));
  header.set_id(request.id);
  if (request.kind == Request::Kind::kEvents) {
    header.set_topic(request.method);
    header.set_credit(kEventWindow);
  } else {
    header.set_service(request.service);
    header.set_method(request.method);
    header.set_trace(request.options.trace);
    header.set_timeout_ms(remaining_ms(request));
    if (request.kind == Request::Kind::kStream) header.set_credit(kStreamWindow);
  }
  return peer.send(header, request.body) == Socket::Sent::kOk;
}

void Node::send_cancel(Request& request) {
  if (!request.peer || request.peer->closed()) return;
  Header header;
  header.set_type(request.kind == Request::Kind::kEvents ? Header::UNSUBSCRIBE : Header::CANCEL);
  header.set_id(request.id);
  request.peer->send(header, {});
}

void Node::abandon(const std::shared_ptr<Request>& request) {
  run([self = shared_from_this(), request] {
    if (request->id == 0) return;
    self->send_cancel(*request);
    self->forget(*request);
  });
}

void Node::grant(const std::shared_ptr<Request>& request, std::uint32_t messages) {
  run([self = shared_from_this(), request, messages] {
    if (request->id == 0 || !request->peer || request->peer->closed()) return;
    Header header;
    header.set_type(Header::STREAM_CREDIT);
    header.set_id(request->id);
    header.set_credit(messages);
    request->peer->send(header, {});
  });
}

void Node::forget(Request& request) {
  waiting_.erase(request.id);
  if (request.timed) deadlines_.erase(request.timer);
  request.timed = false;
  request.peer = nullptr;
  const std::uint64_t id = std::exchange(request.id, 0);
  requests_.erase(id);
  counters_.outstanding = requests_.size();
}

void Node::finish(const std::shared_ptr<Request>& request, Status status, Bytes body) {
  if (request->id != 0) forget(*request);
  request->over = true;
  Delivery delivery;
  delivery.status = std::move(status);
  delivery.body = std::move(body);
  request->slot.run(id_, std::move(delivery));
  request->slot.cancel(true);
}

void Node::finish_later(const std::shared_ptr<Request>& request, Status status) {
  if (request->id != 0) forget(*request);
  core_->post([self = shared_from_this(), request, status = std::move(status)] {
    self->finish(request, status);
  });
}

void Node::on_answer(Peer& peer, const Header& header, Bytes body) {
  switch (header.type()) {
    case Header::WELCOME:
      peer.welcomed = true;
      return;
    case Header::GOODBYE:
      return on_goodbye(peer);
    case Header::PING: {
      Header pong;
      pong.set_type(Header::PONG);
      peer.send(pong, {});
      return;
    }
    case Header::PONG:
      return;
    default:
      break;
  }
  const auto it = requests_.find(header.id());
  if (it == requests_.end() || it->second->peer != &peer) return;  // abandoned meanwhile
  const auto request = it->second;
  const auto kind = request->kind;
  if (header.type() == Header::REFUSED)
    on_refused(peer, request);
  else if (header.type() == Header::REPLY && kind == Request::Kind::kCall)
    on_end(request, header, std::move(body));
  else if (header.type() == Header::STREAM_END && kind != Request::Kind::kCall)
    on_end(request, header, {});
  else if (header.type() == Header::STREAM_ITEM && kind == Request::Kind::kStream)
    deliver(request, {Delivery::Kind::kItem, std::move(body), {}, {}, 0});
  else if (header.type() == Header::EVENT && kind == Request::Kind::kEvents)
    deliver(request,
            {Delivery::Kind::kEvent, std::move(body), {}, header.topic(), header.sequence()});
  else if (header.type() == Header::GAP && kind == Request::Kind::kEvents)
    deliver(request, {Delivery::Kind::kGap, {}, {}, {}, 0});
  else if (header.type() == Header::SUBSCRIBED && kind == Request::Kind::kEvents)
    deliver(request, {Delivery::Kind::kSubscribed, {}, {}, {}, 0});
  else
    malformed(peer.provider().key());
}

void Node::on_refused(Peer& peer, const std::shared_ptr<Request>& request) {
  peer.draining = true;
  if (++request->attempts <= kMaxAttempts) return route(request);
  finish(request, Status(Code::kDraining, "refused by one draining provider after another"));
}

void Node::on_end(const std::shared_ptr<Request>& request, const Header& header, Bytes body) {
  finish(request, status_of(header), std::move(body));
}

void Node::deliver(const std::shared_ptr<Request>& request, Delivery delivery) {
  request->touched = true;
  const bool counts =
      delivery.kind == Delivery::Kind::kItem || delivery.kind == Delivery::Kind::kEvent;
  request->slot.run(id_, std::move(delivery));
  if (!counts || request->id == 0 || request->manual_credit) return;
  const std::uint32_t window =
      request->kind == Request::Kind::kEvents ? kEventWindow : kStreamWindow;
  if (++request->consumed < window / 2) return;
  grant(request, std::exchange(request->consumed, 0U));
}

void Node::retry_waiting() {
  const std::vector<std::uint64_t> ids(waiting_.begin(), waiting_.end());
  for (const std::uint64_t id : ids) {
    const auto it = requests_.find(id);
    if (it != requests_.end()) route(std::shared_ptr(it->second));
  }
}

void Node::set_deadline(Request& request) {
  const bool unlimited =
      request.kind == Request::Kind::kEvents ||
      (request.kind == Request::Kind::kStream && request.options.timeout == CallOptions().timeout);
  if (unlimited) return;
  const auto limit = std::chrono::hours(24 * 365);
  const auto timeout = std::clamp<std::chrono::milliseconds>(request.options.timeout,
                                                             std::chrono::milliseconds(0), limit);
  request.deadline = core::Clock::now() + timeout;
  request.timer = deadlines_.emplace(request.deadline, &request);
  request.timed = true;
  if (request.deadline < armed_) arm();
}

void Node::arm() {
  if (deadlines_.empty()) {
    armed_ = core::Clock::time_point::max();
    return;
  }
  armed_ = deadlines_.begin()->first;
  timer_ = core::add_timer(core_, armed_ - core::Clock::now(), {}, [this] { expire(); });
}

void Node::expire() {
  const auto now = core::Clock::now();
  while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
    const auto it = requests_.find(deadlines_.begin()->second->id);
    const auto request = it->second;
    const bool routed = request->peer != nullptr;
    send_cancel(*request);
    const std::string what = request->service + "/" + request->method;
    finish(request, routed ? Status(Code::kTimeout, what + ": no answer in time")
                           : Status(Code::kUnavailable, what + ": no provider in time"));
  }
  arm();
}

}  // namespace kubus::bus
