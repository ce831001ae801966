// Netns: a handle on a network namespace, and a way to do things inside it.
//
// Thread safety: all members from any thread.
#pragma once

#include <string>

#include "kubus/function.h"
#include "kubus/status.h"

namespace kubus::flannel {

class Netns {
 public:
  // `path` is a namespace file such as /proc/123/ns/net. kNotFound when it is gone.
  static Result<Netns> open(const std::string& path);
  Netns(Netns&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Netns& operator=(Netns&&) = delete;
  ~Netns();

  int fd() const { return fd_; }
  // Runs `body` inside the namespace, on a thread made for it and joined before this returns: a
  // thread that entered a namespace never serves anyone else.
  Status run(UniqueFunction<Status()> body) const;

 private:
  explicit Netns(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace kubus::flannel
