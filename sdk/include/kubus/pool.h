// Pool: a few threads for work that blocks (API calls that wait, file and network I/O).
//
// Thread safety: all members from any thread. Tasks run concurrently, in the order posted.
//
// Threads start on demand, up to the limit, and leave after a while without work, so an idle plugin
// holds no worker. All of them are joined before the plugin's code is unmapped.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "kubus/loop.h"

namespace kubus {

class Pool {
 public:
  Pool(std::string name, std::size_t threads);
  ~Pool();  // stop()
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  // False once stopped: the task is dropped.
  bool post(Task task);
  std::size_t limit() const;
  // Threads that live now.
  std::size_t threads() const;
  // Lets running tasks finish, drops waiting ones, joins all threads. Idempotent.
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace kubus
