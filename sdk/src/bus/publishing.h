// Publishing: numbers the events of an instance and sends them to subscribing processes.
//
// Thread safety: none; on the node's loop.
//
// A subscriber that does not return credit is not waited for: its events are left out, and before
// the next one it gets a GAP.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "kubus/bytes.h"

namespace kubus::bus {

class Node;

class Publishing {
 public:
  explicit Publishing(Node& node) : node_(node) {}

  void publish(const std::string& topic, const Bytes& body);
  void subscribe(const std::string& peer, std::uint64_t id, const std::string& prefix,
                 std::uint32_t credit);
  void credit(const std::string& peer, std::uint64_t id, std::uint32_t credit);
  void unsubscribe(const std::string& peer, std::uint64_t id);
  void drop(const std::string& peer);
  bool follows(const std::string& peer) const;
  void clear();

 private:
  struct Subscriber {
    std::string peer;
    std::uint64_t id;
    std::string prefix;
    std::uint64_t credit;
    bool gap = false;
  };
  void send_gap(Subscriber& subscriber);

  Node& node_;
  std::unordered_map<std::string, std::uint64_t> topics_;
  std::vector<Subscriber> subscribers_;
};

}  // namespace kubus::bus
