// Routes: what this process knows of the directory.
//
// Thread safety: all members from any thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kubus/function.h"
#include "kubus/kernel.pb.h"

namespace kubus::bus {

// One generation of one instance, and where it is reached.
struct Provider {
  std::string id;
  std::uint64_t generation = 0;
  std::string process;

  std::string key() const { return id + "." + std::to_string(generation); }
  friend bool operator==(const Provider&, const Provider&) = default;
};

struct Publisher {
  Provider provider;
  std::vector<std::string> topics;
  // Whether a topic that starts with `prefix` may come from it.
  bool may_publish(std::string_view prefix) const;
};

struct Departure {
  std::string id;
  std::uint64_t generation = 0;
  bool clean = false;
};

class Routes {
 public:
  using Listener = UniqueFunction<void(const std::vector<Departure>&)>;

  // The provider of `service` (`id` empty: the active one), if there is one.
  std::optional<Provider> find(std::string_view service, std::string_view id) const;
  std::vector<Publisher> publishers() const;
  // False until the directory's table has arrived.
  bool known() const;

  void apply(const kernel::Change& change);
  // `listener` is called after every change, on the thread of apply(), until unlisten().
  std::uint64_t listen(Listener listener);
  void unlisten(std::uint64_t token);

 private:
  std::vector<Departure> update(const kernel::Change& change);
  std::vector<Departure> reset(const kernel::Change& change);

  mutable std::mutex mutex_;
  bool known_ = false;
  std::map<std::string, Publisher, std::less<>> instances_;
  std::map<std::string, std::string, std::less<>> active_;  // service -> id
  std::mutex listeners_mutex_;
  std::uint64_t next_token_ = 1;
  std::map<std::uint64_t, std::shared_ptr<Listener>> listeners_;
};

}  // namespace kubus::bus
