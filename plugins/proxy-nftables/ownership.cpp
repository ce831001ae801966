#include "ownership.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>

namespace kubus::proxy_nftables {

Ownership::Ownership(std::string path) {
  static std::atomic<int> count{0};
  token_ = std::to_string(getpid()) + "." + std::to_string(++count) + "." +
           std::to_string(std::chrono::system_clock::now().time_since_epoch().count());
  fd_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
}

Ownership::~Ownership() {
  if (fd_ >= 0) close(fd_);
}

std::string Ownership::read() const {
  std::array<char, 128> text;
  const ssize_t got = pread(fd_, text.data(), text.size(), 0);
  return got > 0 ? std::string(text.data(), static_cast<std::size_t>(got)) : std::string();
}

Ownership::Turn::Turn(Ownership& owner) : owner_(owner), lock_(owner.mutex_) {
  while (flock(owner_.fd_, LOCK_EX) != 0 && errno == EINTR) {
  }
  ours_ = !owner_.claimed_ || owner_.read() == owner_.token_;
}

Ownership::Turn::~Turn() { flock(owner_.fd_, LOCK_UN); }

Status Ownership::Turn::claim() {
  if (owner_.claimed_) return {};
  const std::string& token = owner_.token_;
  if (owner_.fd_ < 0 || ftruncate(owner_.fd_, 0) != 0 ||
      pwrite(owner_.fd_, token.data(), token.size(), 0) != static_cast<ssize_t>(token.size()))
    return Status(Code::kInternalError,
                  std::string("the state directory is not writable: ") + std::strerror(errno));
  owner_.claimed_ = true;
  return {};
}

}  // namespace kubus::proxy_nftables
