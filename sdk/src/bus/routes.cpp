#include "bus/routes.h"

#include <algorithm>
#include <utility>

namespace kubus::bus {

bool Publisher::may_publish(std::string_view prefix) const {
  return std::any_of(topics.begin(), topics.end(), [&](const std::string& topic) {
    return topic.empty() || topic.starts_with(prefix);
  });
}

std::optional<Provider> Routes::find(std::string_view service, std::string_view id) const {
  const std::lock_guard lock(mutex_);
  if (id.empty()) {
    const auto it = active_.find(service);
    if (it == active_.end()) return std::nullopt;
    id = it->second;
  }
  const auto it = instances_.find(id);
  if (it == instances_.end()) return std::nullopt;
  return it->second.provider;
}

std::vector<Publisher> Routes::publishers() const {
  const std::lock_guard lock(mutex_);
  std::vector<Publisher> list;
  for (const auto& [id, publisher] : instances_)
    if (!publisher.topics.empty()) list.push_back(publisher);
  return list;
}

bool Routes::known() const {
  const std::lock_guard lock(mutex_);
  return known_;
}

std::vector<Departure> Routes::reset(const kernel::Change& change) {
  std::vector<Departure> gone;
  for (const auto& [id, old] : instances_) {
    const std::uint64_t generation = old.provider.generation;
    const auto same = [&, &name = id](const kernel::Instance& now) {
      return now.id() == name && now.generation() == generation;
    };
    if (std::none_of(change.instances().begin(), change.instances().end(), same))
      gone.push_back({id, generation, false});
  }
  instances_.clear();
  active_.clear();
  known_ = true;
  return gone;
}

std::vector<Departure> Routes::update(const kernel::Change& change) {
  const std::lock_guard lock(mutex_);
  std::vector<Departure> gone;
  if (change.reset()) gone = reset(change);
  for (const kernel::Gone& one : change.gone()) {
    gone.push_back({one.id(), one.generation(), one.clean()});
    const auto it = instances_.find(one.id());
    if (it != instances_.end() && it->second.provider.generation == one.generation())
      instances_.erase(it);
  }
  for (const kernel::Instance& one : change.instances()) {
    Publisher& entry = instances_[one.id()];
    entry.provider = {one.id(), one.generation(), one.process()};
    entry.topics.assign(one.topics().begin(), one.topics().end());
  }
  for (const kernel::Service& one : change.services()) {
    if (one.active().empty())
      active_.erase(one.name());
    else
      active_[one.name()] = one.active();
  }
  return gone;
}

void Routes::apply(const kernel::Change& change) {
  const std::vector<Departure> gone = update(change);
  std::vector<std::shared_ptr<Listener>> listeners;
  {
    const std::lock_guard lock(listeners_mutex_);
    for (const auto& [token, listener] : listeners_) listeners.push_back(listener);
  }
  for (const auto& listener : listeners) (*listener)(gone);
}

std::uint64_t Routes::listen(Listener listener) {
  const std::lock_guard lock(listeners_mutex_);
  listeners_.emplace(next_token_, std::make_shared<Listener>(std::move(listener)));
  return next_token_++;
}

void Routes::unlisten(std::uint64_t token) {
  const std::lock_guard lock(listeners_mutex_);
  listeners_.erase(token);
}

}  // namespace kubus::bus
