#include "bus/event_hub.h"

#include <algorithm>
#include <utility>

#include "bus/client.h"
#include "bus/limits.h"

namespace kubus::bus {
namespace {

// A publisher that does not acknowledge by then is not waited for; when it does, that is a gap.
constexpr std::chrono::seconds kPatience{2};
constexpr std::chrono::seconds kRetry{1};

}  // namespace

Listener::Listener(std::weak_ptr<Node> node, EventHandler handler)
    : node_(std::move(node)), slot_([handler = std::move(handler)](const Event* event) mutable {
        if (!event) {
          if (handler.on_gap) handler.on_gap();
        } else if (handler.on_event) {
          handler.on_event(*event);
        }
      }) {}

void Listener::push(std::shared_ptr<const Event> event) {
  const auto node = node_.lock();
  if (!node) return;
  {
    const std::lock_guard lock(mutex_);
    if (!event && !queue_.empty() && !queue_.back()) return;  // one gap says it
    if (queue_.size() >= kEventQueue) {
      node->counters().dropped_events += queue_.size();
      queue_.clear();
      queue_.push_back(nullptr);
    }
    queue_.push_back(std::move(event));
    if (std::exchange(scheduled_, true)) return;
  }
  node->core().post([self = shared_from_this()] { self->drain(); });
}

void Listener::drain() {
  std::deque<std::shared_ptr<const Event>> batch;
  {
    const std::lock_guard lock(mutex_);
    batch.swap(queue_);
    scheduled_ = false;
  }
  for (const auto& event : batch) slot_.run("event", event.get());
}

void Listener::cancel() {
  const auto node = node_.lock();
  slot_.cancel(node && node->core().in_loop());
}

EventHub::EventHub(std::shared_ptr<Node> self) : self_(std::move(self)) {}

Registration EventHub::subscribe(const std::shared_ptr<Node>& node, std::string_view topic,
                                 EventHandler handler) {
  auto listener = std::make_shared<Listener>(node, std::move(handler));
  const std::string prefix(topic);
  {
    const std::lock_guard lock(mutex_);
    owned_.emplace(node.get(), Owned{prefix, listener});
  }
  self_->core().post([this, prefix, listener] { add(prefix, listener); });
  ++node->counters().registrations;
  return Registration(
      [this, weak = std::weak_ptr(node), hub = std::weak_ptr(self_), prefix, listener] {
        listener->cancel();
        const auto alive = weak.lock();
        if (alive) --alive->counters().registrations;
        const auto self = hub.lock();
        if (self && alive) disown(alive.get(), listener);
        if (self) self->core().post([this, prefix, listener] { remove(prefix, listener); });
      });
}

void EventHub::disown(const Node* node, const std::shared_ptr<Listener>& listener) {
  const std::lock_guard lock(mutex_);
  const auto [begin, end] = owned_.equal_range(node);
  for (auto it = begin; it != end; ++it)
    if (it->second.listener == listener) {
      owned_.erase(it);
      return;
    }
}

void EventHub::forget(const Node& node) {
  std::vector<Owned> mine;
  {
    const std::lock_guard lock(mutex_);
    const auto [begin, end] = owned_.equal_range(&node);
    for (auto it = begin; it != end; ++it) mine.push_back(it->second);
    owned_.erase(begin, end);
  }
  for (const Owned& one : mine) {
    one.listener->cancel();
    self_->core().post([this, one] { remove(one.prefix, one.listener); });
  }
}

void EventHub::add(const std::string& prefix, std::shared_ptr<Listener> listener) {
  if (closed_) return;
  Subscription& subscription = subscriptions_[prefix];
  subscription.prefix = prefix;
  if (subscription.effective) listener->push(nullptr);
  subscription.listeners.push_back(std::move(listener));
  follow(subscription);
}

void EventHub::remove(const std::string& prefix, const std::shared_ptr<Listener>& listener) {
  const auto it = subscriptions_.find(prefix);
  if (it == subscriptions_.end()) return;
  std::erase(it->second.listeners, listener);
  if (!it->second.listeners.empty()) return;
  for (auto& [key, feed] : it->second.feeds) cancel_request(self_, feed.request);
  subscriptions_.erase(it);
}

void EventHub::on_routes() {
  for (auto& [prefix, subscription] : subscriptions_) follow(subscription);
}

void EventHub::close() {
  closed_ = true;
  retry_.reset();
  for (auto& [prefix, subscription] : subscriptions_)
    for (auto& [key, feed] : subscription.feeds) cancel_request(self_, feed.request);
  subscriptions_.clear();
}

void EventHub::follow(Subscription& subscription) {
  for (const Publisher& publisher : self_->process().routes.publishers())
    if (publisher.may_publish(subscription.prefix) &&
        !subscription.feeds.contains(publisher.provider.key()))
      open(subscription, publisher.provider);
  check(subscription);
}

void EventHub::open(Subscription& subscription, const Provider& provider) {
  CallOptions options;
  options.provider = provider.id;
  auto request =
      std::make_shared<Request>(Request::Kind::kEvents, "", subscription.prefix, Bytes(), options,
                                [this, prefix = subscription.prefix, provider](Delivery delivery) {
                                  on_delivery(prefix, provider, std::move(delivery));
                                });
  subscription.feeds[provider.key()].request = request;
  self_->begin(request);
}

void EventHub::on_delivery(const std::string& prefix, const Provider& provider, Delivery delivery) {
  const auto it = subscriptions_.find(prefix);
  if (it == subscriptions_.end()) return;
  Subscription& subscription = it->second;
  const auto found = subscription.feeds.find(provider.key());
  if (found == subscription.feeds.end()) return;
  switch (delivery.kind) {
    case Delivery::Kind::kEvent:
      return on_event(subscription, found->second, provider, std::move(delivery));
    case Delivery::Kind::kGap:
      found->second.last.clear();
      return push_gap(subscription);
    case Delivery::Kind::kSubscribed:
      found->second.acknowledged = true;
      if (subscription.effective) push_gap(subscription);
      return check(subscription);
    case Delivery::Kind::kItem:
      return;
    case Delivery::Kind::kEnd:
      break;
  }
  // The publisher went. If it is still in the directory, the subscription is made again.
  const auto keep = found->second.request;
  subscription.feeds.erase(found);
  check(subscription);
  retry_ = core::add_timer(self_->core_ptr(), kRetry, {}, [this] { on_routes(); });
}

void EventHub::on_event(Subscription& subscription, Feed& feed, const Provider& provider,
                        Delivery delivery) {
  if (feed.last.size() >= kMaxTopics) feed.last.clear();
  std::uint64_t& last = feed.last[delivery.topic];
  if (last != 0 && delivery.sequence != last + 1) push_gap(subscription);
  last = delivery.sequence;
  auto event = std::make_shared<const Event>(
      Event{std::move(delivery.topic), provider.id, delivery.sequence, std::move(delivery.body)});
  for (const auto& listener : subscription.listeners) listener->push(event);
}

void EventHub::check(Subscription& subscription) {
  if (subscription.effective || !self_->process().routes.known()) return;
  const bool all = std::all_of(subscription.feeds.begin(), subscription.feeds.end(),
                               [](const auto& feed) { return feed.second.acknowledged; });
  if (!all) {
    if (!subscription.patience)
      subscription.patience =
          core::add_timer(self_->core_ptr(), kPatience, {}, [this, prefix = subscription.prefix] {
            const auto it = subscriptions_.find(prefix);
            if (it == subscriptions_.end() || std::exchange(it->second.effective, true)) return;
            push_gap(it->second);
          });
    return;
  }
  subscription.effective = true;
  push_gap(subscription);
}

void EventHub::push_gap(const Subscription& subscription) {
  for (const auto& listener : subscription.listeners) listener->push(nullptr);
}

}  // namespace kubus::bus
