#include "bus/publishing.h"

#include <algorithm>

#include "bus/limits.h"
#include "bus/node.h"

namespace kubus::bus {

void Publishing::publish(const std::string& topic, const Bytes& body) {
  if (!topics_.contains(topic)) {
    // A forgotten topic begins again at 1, which its subscribers see as a gap.
    if (topics_.size() >= kMaxTopics) topics_.erase(topics_.begin());
    node_.process().announce(node_, topic);
  }
  Header header;
  header.set_type(Header::EVENT);
  header.set_topic(topic);
  header.set_sequence(++topics_[topic]);
  for (Subscriber& one : subscribers_) {
    if (!topic.starts_with(one.prefix)) continue;
    if (one.credit == 0 || !node_.responses() || body.size() > kMaxBody) {
      one.gap = true;
      ++node_.counters().dropped_events;
      continue;
    }
    if (one.gap) send_gap(one);
    --one.credit;
    header.set_id(one.id);
    node_.responses()->send(one.peer, header, body);
  }
}

void Publishing::send_gap(Subscriber& subscriber) {
  subscriber.gap = false;
  Header header;
  header.set_type(Header::GAP);
  header.set_id(subscriber.id);
  if (node_.responses()) node_.responses()->send(subscriber.peer, header, {});
}

void Publishing::subscribe(const std::string& peer, std::uint64_t id, const std::string& prefix,
                           std::uint32_t credit) {
  unsubscribe(peer, id);
  subscribers_.push_back({peer, id, prefix, credit, false});
  Header header;
  header.set_type(Header::SUBSCRIBED);
  header.set_id(id);
  node_.responses()->send(peer, header, {});
}

void Publishing::credit(const std::string& peer, std::uint64_t id, std::uint32_t credit) {
  for (Subscriber& one : subscribers_) {
    if (one.id != id || one.peer != peer) continue;
    one.credit = std::min<std::uint64_t>(one.credit + credit, kEventWindow);
    if (one.gap) send_gap(one);
  }
}

void Publishing::unsubscribe(const std::string& peer, std::uint64_t id) {
  std::erase_if(subscribers_, [&](const Subscriber& s) { return s.id == id && s.peer == peer; });
}

void Publishing::drop(const std::string& peer) {
  std::erase_if(subscribers_, [&](const Subscriber& s) { return s.peer == peer; });
}

bool Publishing::follows(const std::string& peer) const {
  return std::any_of(subscribers_.begin(), subscribers_.end(),
                     [&](const Subscriber& s) { return s.peer == peer; });
}

void Publishing::clear() {
  subscribers_.clear();
  topics_.clear();
}

}  // namespace kubus::bus
