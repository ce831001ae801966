// Crowd: those who wait for one answer. It is asked for on behalf of all, and given up when the
// last of them has left.
//
// Thread safety: all members from any thread.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "kubus/http/asker.h"

namespace kubus::apiserver {

class Crowd : public std::enable_shared_from_this<Crowd> {
 public:
  // There is one from the beginning. All of them, as the one who asks:
  const http::AskerPtr& asker() const { return all_; }
  // One more. False: all have left, and no answer comes any more.
  bool enter();
  // One of those within is `one`. Not under a lock that is needed when all have left.
  void watch(const http::AskerPtr& one);

 private:
  void leave();

  const http::AskerPtr all_ = std::make_shared<http::Asker>();
  std::mutex mutex_;
  std::size_t within_ = 1;
  std::vector<Registration> leaving_;
};
using CrowdPtr = std::shared_ptr<Crowd>;

}  // namespace kubus::apiserver
