#include "bus/responses.h"

#include <algorithm>
#include <utility>

#include "bus/limits.h"
#include "bus/node.h"
#include "bus/responders.h"

namespace kubus::bus {

Responses::Responses(Node& node)
    : node_(node),
      socket_(node.process().context, Socket::Kind::kRouter, node.counters().sockets) {}

Responses::~Responses() { node_.core().forget(*this); }

Status Responses::open() {
  Process& process = node_.process();
  KUBUS_TRY(socket_.bind(process.inproc_address(node_.id(), node_.generation())));
  KUBUS_TRY(socket_.bind(process.ipc_address(node_.id(), node_.generation())));
  readable_ = core::add_watch(
      node_.core_ptr(), socket_.fd(), Loop::kReadable,
      [this](std::uint32_t) { node_.core().ready(*this); }, true);
  node_.core().ready(*this);
  return {};
}

void Responses::install(const std::string& name, Service service) {
  Methods& methods = services_[name];
  for (Service::Method& one : service.methods) {
    auto& count = counts_[{name, one.name}];
    if (!count) {
      count = std::make_shared<MethodCount>();
      count->service = name;
      count->method = one.name;
    }
    methods[one.name] =
        std::make_shared<Method>(Method{std::move(one.call), std::move(one.stream), count});
  }
}

bool Responses::process() {
  Bytes body;
  for (int i = 0; i < kBatch && !closed_; ++i) {
    switch (socket_.receive(peer_, header_, body)) {
      case Socket::Received::kNone:
        return false;
      case Socket::Received::kMalformed: {
        const auto it = remotes_.find(peer_);
        node_.malformed(it == remotes_.end() ? "unknown" : it->second.id);
        break;
      }
      case Socket::Received::kFrame:
        on_frame(peer_, header_, std::move(body));
        break;
    }
  }
  return !closed_;
}

void Responses::on_frame(const std::string& peer, const Header& header, Bytes body) {
  if (header.type() == Header::HELLO) return on_hello(peer, header);
  const auto it = remotes_.find(peer);
  if (it == remotes_.end()) return on_stranger(peer, header);
  Remote& remote = it->second;
  node_.trace(false, remote.id, header, body);
  switch (header.type()) {
    case Header::CALL:
    case Header::STREAM_OPEN:
      return on_request(peer, remote, header, std::move(body));
    case Header::CANCEL:
      return on_cancel(remote, header.id());
    case Header::STREAM_CREDIT:
      if (const auto found = remote.active.find(header.id()); found != remote.active.end())
        std::shared_ptr(found->second)->credit(header.credit());
      else
        node_.publisher().credit(peer, header.id(), header.credit());
      return;
    case Header::SUBSCRIBE:
      return node_.publisher().subscribe(peer, header.id(), header.topic(), header.credit());
    case Header::UNSUBSCRIBE:
      return node_.publisher().unsubscribe(peer, header.id());
    case Header::GOODBYE:
      return drop(std::string(peer));
    case Header::PING: {
      Header pong;
      pong.set_type(Header::PONG);
      send(peer, pong, {});
      return;
    }
    case Header::PONG:
      return;
    default:
      node_.malformed(remote.id);
  }
}

void Responses::on_hello(const std::string& peer, const Header& header) {
  Remote& remote = remotes_[peer];
  remote.id = header.caller();
  remote.generation = header.generation();
  remote.local = header.process() == node_.process().id();
  Header welcome;
  welcome.set_type(Header::WELCOME);
  welcome.set_version(kProtocolVersion);
  send(peer, welcome, {});
}

// One that did not say hello, or was dropped because it was taken for dead.
void Responses::on_stranger(const std::string& peer, const Header& header) {
  const bool asks = header.type() == Header::CALL || header.type() == Header::STREAM_OPEN;
  if (!asks && header.type() != Header::SUBSCRIBE) return;
  node_.malformed("one that did not say hello");
  if (asks) fail(peer, header, Code::kUnavailable, node_.id() + " does not know its caller");
}

void Responses::fail(const std::string& peer, const Header& header, Code code,
                     std::string message) {
  answer(peer, header.id(), header.type() == Header::STREAM_OPEN, Status(code, std::move(message)),
         {});
}

void Responses::on_request(const std::string& peer, Remote& remote, const Header& header,
                           Bytes body) {
  const auto service = services_.find(header.service());
  const bool own = header.service() == kInstanceService;
  if (gate_closed_ && !own) {
    Header refused;
    refused.set_type(Header::REFUSED);
    refused.set_id(header.id());
    send(peer, refused, {});
    return;
  }
  if (service == services_.end())
    return fail(peer, header, Code::kNotFound, node_.id() + " does not serve " + header.service());
  const auto found = service->second.find(header.method());
  if (found == service->second.end())
    return fail(peer, header, Code::kMethodNotAllowed,
                header.service() + " has no method " + header.method());
  const bool stream = header.type() == Header::STREAM_OPEN;
  const auto method = found->second;
  if (stream ? !method->stream : !method->call)
    return fail(peer, header, Code::kBadRequest,
                header.method() + (stream ? " is no stream" : " is a stream"));
  if (serving() >= kMaxServing || remote.active.contains(header.id()))
    return fail(peer, header, Code::kTooManyRequests, "too many unanswered requests");
  dispatch(remote, peer, header, std::move(body), *method);
}

void Responses::dispatch(Remote& remote, const std::string& peer, const Header& header, Bytes body,
                         Method& method) {
  const bool stream = header.type() == Header::STREAM_OPEN;
  auto served =
      std::make_shared<Served>(node_.weak_from_this(), peer, header.id(), stream, method.count);
  remote.active.emplace(header.id(), served);
  ++(stream ? streams_ : calls_);
  node_.counters().serving = serving();
  ++method.count->calls;
  method.count->bytes_in += body.size();
  if (!remote.local) watch_remotes();
  Caller caller;
  caller.plugin = remote.id;
  caller.generation = remote.generation;
  caller.trace = header.trace();
  caller.deadline = header.timeout_ms() == 0
                        ? core::Clock::time_point::max()
                        : core::Clock::now() + std::chrono::milliseconds(std::min<std::uint64_t>(
                                                   header.timeout_ms(), 1ULL << 40));
  try {
    if (stream) {
      served->set_credit(header.credit());
      method.stream(caller, std::move(body),
                    StreamWriter(std::make_shared<StreamWriter::Impl>(
                        StreamWriter::Impl{std::move(served)})));
    } else {
      method.call(caller, std::move(body),
                  Responder(std::make_shared<Responder::Impl>(Responder::Impl{std::move(served)})));
    }
  } catch (...) {
    core::report_exception(node_.id());
  }
}

Socket::Sent Responses::send(const std::string& peer, const Header& header, const Bytes& body) {
  node_.core().ready(*this);
  const Socket::Sent sent = socket_.send(peer, header, body);
  if (node_.tracing().active()) {
    const auto it = remotes_.find(peer);
    node_.trace(true, it == remotes_.end() ? std::string() : it->second.id, header, body);
  }
  if (sent != Socket::Sent::kOk)  // it vanished, or reads nothing
    node_.core().post([weak = node_.weak_from_this(), peer] {
      const auto node = weak.lock();
      if (node && node->responses()) node->responses()->drop(peer);
    });
  return sent;
}

void Responses::answer(const std::string& peer, std::uint64_t id, bool stream, const Status& status,
                       const Bytes& body) {
  Header header;
  header.set_type(stream ? Header::STREAM_END : Header::REPLY);
  header.set_id(id);
  if (!status.ok()) {
    header.set_code(static_cast<std::uint32_t>(status.code()));
    header.set_message(status.message().substr(0, kMaxHeader / 4));
    if (status.details().size() <= kMaxHeader / 2) header.set_details(status.details());
  }
  send(peer, header, body);
}

void Responses::remove(Served& served) {
  const auto it = remotes_.find(served.peer);
  if (it == remotes_.end() || it->second.active.erase(served.id) == 0) return;
  --(served.stream ? streams_ : calls_);
  node_.counters().serving = serving();
  if (calls_ == 0 && calls_done_) std::exchange(calls_done_, Task())();
}

void Responses::finish(Served& served, const Status& status, const Bytes& body) {
  const auto keep = served.shared_from_this();
  const auto it = remotes_.find(served.peer);
  if (closed_ || it == remotes_.end() || !it->second.active.contains(served.id)) return;
  answer(served.peer, served.id, served.stream, status, body);
  MethodCount& count = *served.count;
  const auto us = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(core::Clock::now() - served.received)
          .count());
  count.total_us += us;
  count.max_us = std::max(count.max_us, us);
  count.bytes_out += body.size();
  if (!status.ok()) ++count.errors;
  served.drop_tasks();
  remove(served);
}

void Responses::send_item(Served& served, const Bytes& body) {
  Header header;
  header.set_type(Header::STREAM_ITEM);
  header.set_id(served.id);
  ++served.count->items;
  served.count->bytes_out += body.size();
  send(served.peer, header, body);
}

}  // namespace kubus::bus
