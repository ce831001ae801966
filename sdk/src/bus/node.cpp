#include "bus/node.h"

#include <algorithm>
#include <utility>

#include "bus/limits.h"

namespace kubus::bus {

Node::Node(Process& process, std::string id, std::uint64_t generation,
           std::shared_ptr<core::LoopCore> core)
    : process_(process),
      id_(std::move(id)),
      generation_(generation),
      core_(std::move(core)),
      log_(id_),
      tracing_(id_),
      publisher_(*this) {}

Node::~Node() = default;

bool Node::run(Task task) {
  if (!core_->in_loop()) return core_->post(std::move(task));
  task();
  return true;
}

Status Node::open(bool serve) {
  if (serve) {
    responses_ = std::make_unique<Responses>(*this);
    KUBUS_TRY(responses_->open());
  }
  listening_ =
      process_.routes.listen([weak = weak_from_this()](const std::vector<Departure>& gone) {
        const auto self = weak.lock();
        if (!self) return;
        self->core_->post([weak, gone] {
          if (const auto node = weak.lock()) node->on_routes(gone);
        });
      });
  return {};
}

void Node::close() {
  if (std::exchange(closed_, true)) return;
  process_.routes.unlisten(listening_);
  process_.forget(*this);
  while (!requests_.empty()) {
    const auto request = requests_.begin()->second;
    send_cancel(*request);
    finish(request, Status(Code::kCancelled, "the plugin that asked is ending"));
  }
  if (responses_) responses_->close();
  for (auto& [key, peer] : peers_) peer->leave();
  timer_.reset();
  retry_.reset();
  peers_.clear();
  retired_.clear();
  for (const auto& watch : watches_) watch->slot.cancel(true);
  watches_.clear();
  publisher_.clear();
  tracing_.clear();
  counters_.registrations = 0;
  responses_.reset();
}

void Node::malformed(const std::string& peer) {
  ++counters_.malformed;
  if (complained_.size() < 1024 && complained_.insert(peer).second)
    log_.warn("malformed bus frame dropped; further ones of this peer are only counted",
              {{"peer", peer}});
}

void Node::on_routes(const std::vector<Departure>& gone) {
  if (closed_) return;
  for (const Departure& one : gone) {
    const auto it = peers_.find(one.id + "." + std::to_string(one.generation));
    if (it != peers_.end()) on_departure(*it->second, one.clean);
    if (responses_) responses_->caller_gone(one.id, one.generation);
  }
  retry_waiting();
  tell_watchers();
}

void Node::on_departure(Peer& peer, bool clean) {
  peer.gone = true;
  peer.drain();
  if (peer.retired) return;
  if (!clean) return give_up(peer, false);
  // It was told to say goodbye to all it knows; what it never read cannot have taken effect.
  if (peer.local()) return give_up(peer, peer.goodbye || !peer.welcomed);
  peer.limbo = core::add_timer(core_, kLimbo, {}, [this, &peer] {
    peer.drain();
    if (!peer.retired) give_up(peer, !peer.welcomed);
  });
}

void Node::on_broken(Peer& peer) {
  if (std::exchange(peer.broken, true) || peer.retired) return;
  if (peer.provider().id == kKernelId) return give_up(peer, false);
  if (peer.gone) return;  // already in limbo
  peer.limbo = core::add_timer(core_, kLimbo, {}, [this, &peer] {
    if (!peer.retired) give_up(peer, false);
  });
}

void Node::on_goodbye(Peer& peer) {
  peer.goodbye = true;
  give_up(peer, true);
}

void Node::give_up(Peer& peer, bool safe) {
  std::vector<std::shared_ptr<Request>> lost;
  for (const auto& [id, request] : requests_)
    if (request->peer == &peer) lost.push_back(request);
  const std::string name = peer.provider().id;
  if (!safe && !lost.empty())
    log_.warn("a provider vanished with requests unanswered", {{"provider", peer.provider().key()},
                                                               {"requests", lost.size()},
                                                               {"welcomed", peer.welcomed},
                                                               {"gone", peer.gone},
                                                               {"broken", peer.broken}});
  retire(peer);
  std::sort(lost.begin(), lost.end(), [](const auto& a, const auto& b) { return a->id < b->id; });
  for (const auto& request : lost) {
    if (request->id == 0) continue;
    request->peer = nullptr;
    const bool again = request->kind != Request::Kind::kEvents && !request->touched &&
                       (safe || request->options.idempotent);
    if (again && ++request->attempts <= kMaxAttempts)
      route(request);
    else
      finish(request, Status(Code::kUnavailable, name + " vanished before it answered"));
  }
}

void Node::retire(Peer& peer) {
  peer.retired = true;
  peer.limbo.reset();
  const auto it = peers_.find(peer.provider().key());
  if (it == peers_.end() || it->second.get() != &peer) return;
  peer.leave();
  retired_.push_back(std::move(it->second));
  peers_.erase(it);
  // Not here: its own process() may be what is running.
  core_->post([weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->retired_.clear();
  });
}

Registration Node::watch_service(std::string_view service, UniqueFunction<void(bool)> changed) {
  auto watch = std::make_shared<Watch>(service, std::move(changed));
  ++counters_.registrations;
  core_->post([weak = weak_from_this(), watch] {
    const auto self = weak.lock();
    if (!self || self->closed_) return;
    self->watches_.push_back(watch);
    self->tell(watch);
  });
  return Registration([weak = weak_from_this(), watch] {
    const auto self = weak.lock();
    watch->slot.cancel(self && self->core_->in_loop());
    if (!self) return;
    --self->counters_.registrations;
    self->core_->post([weak, watch] {
      if (const auto node = weak.lock()) std::erase(node->watches_, watch);
    });
  });
}

void Node::tell_watchers() {
  const auto watches = watches_;
  for (const auto& watch : watches) tell(watch);
}

void Node::tell(const std::shared_ptr<Watch>& watch) {
  auto now = process_.routes.find(watch->service, {});
  if (watch->told && now == watch->last) return;
  watch->told = true;
  watch->last = std::move(now);
  watch->slot.run(id_, watch->last.has_value());
}

}  // namespace kubus::bus
