// Threads for the steps of calls that may take long, so that nobody waits for those who serve all.
// Clients take turns, a step each: many steps of one do not keep the others waiting.
//
// Thread safety: all members from any thread.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <mutex>
#include <string>

#include "kubus/pool.h"

namespace kubus::apiserver {

class Workers {
 public:
  explicit Workers(std::size_t threads) : pool_("apiserver/work", threads) {}

  // How many steps of a client wait.
  std::size_t waiting(const std::string& client) const;
  // The steps of one client begin in the order they come. After stop() the caller does them.
  void post(const std::string& client, Task step);
  // Lets running steps finish and drops those that wait. Idempotent.
  void stop();

 private:
  void do_next();

  mutable std::mutex mutex_;
  std::map<std::string, std::deque<Task>> waiting_;  // by client; none is empty
  std::deque<std::string> turns_;                    // of the clients that wait
  bool stopped_ = false;
  Pool pool_;
};

}  // namespace kubus::apiserver
