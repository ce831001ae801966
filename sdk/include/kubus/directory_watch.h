// DirectoryWatch: tells when files in a directory are written, made or moved in. One inotify
// descriptor for all of its users; nothing runs between changes.
//
// Thread safety: all members from any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "kubus/loop.h"
#include "kubus/status.h"
#include "kubus/unique_fd.h"

namespace kubus {

class DirectoryWatch {
 public:
  using Id = std::uint64_t;
  explicit DirectoryWatch(Loop& loop) : loop_(loop) {}

  // Calls `changed` on the loop from now on. A call may still be under way when remove() returns.
  Result<Id> add(const std::string& directory, std::function<void()> changed);
  void remove(Id id);

 private:
  struct User {
    int watch;
    std::function<void()> changed;
  };
  Status open();
  void read_events();

  Loop& loop_;
  std::mutex mutex_;
  UniqueFd inotify_;
  std::map<Id, User> users_;
  Id last_id_ = 0;
  Registration readable_;
};

}  // namespace kubus
