// EventHub: the subscriptions of one process. It subscribes once per publisher and topic, and hands
// each event to all listeners inside the process.
//
// Thread safety: subscribe() and forget() from any thread; the rest on the loop of the process's
// own node.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "bus/node.h"
#include "bus/request.h"
#include "core/callback.h"

namespace kubus::bus {

// One subscriber: a bounded queue that is emptied on its own loop.
class Listener : public std::enable_shared_from_this<Listener> {
 public:
  Listener(std::weak_ptr<Node> node, EventHandler handler);
  // Null: a gap.
  void push(std::shared_ptr<const Event> event);
  void cancel();

 private:
  void drain();

  const std::weak_ptr<Node> node_;
  core::Slot<const Event*> slot_;
  std::mutex mutex_;
  std::deque<std::shared_ptr<const Event>> queue_;
  bool scheduled_ = false;
};

class EventHub {
 public:
  explicit EventHub(std::shared_ptr<Node> self);

  Registration subscribe(const std::shared_ptr<Node>& node, std::string_view topic,
                         EventHandler handler);
  // Drops the listeners of `node`; on its loop.
  void forget(const Node& node);
  void on_routes();
  void close();

 private:
  struct Feed {
    std::shared_ptr<Request> request;
    bool acknowledged = false;
    std::unordered_map<std::string, std::uint64_t> last;  // by topic
  };
  struct Subscription {
    std::string prefix;
    std::vector<std::shared_ptr<Listener>> listeners;
    std::map<std::string, Feed> feeds;  // by Provider::key
    bool effective = false;
    Registration patience;
  };

  struct Owned {
    std::string prefix;
    std::shared_ptr<Listener> listener;
  };

  void disown(const Node* node, const std::shared_ptr<Listener>& listener);
  void add(const std::string& prefix, std::shared_ptr<Listener> listener);
  void remove(const std::string& prefix, const std::shared_ptr<Listener>& listener);
  void follow(Subscription& subscription);
  void open(Subscription& subscription, const Provider& provider);
  void on_delivery(const std::string& prefix, const Provider& provider, Delivery delivery);
  void on_event(Subscription& subscription, Feed& feed, const Provider& provider,
                Delivery delivery);
  void check(Subscription& subscription);
  static void push_gap(const Subscription& subscription);

  const std::shared_ptr<Node> self_;
  std::mutex mutex_;
  std::multimap<const Node*, Owned> owned_;  // guarded by mutex_
  std::map<std::string, Subscription> subscriptions_;
  Registration retry_;
  bool closed_ = false;
};

}  // namespace kubus::bus
