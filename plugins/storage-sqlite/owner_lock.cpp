#include "owner_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <utility>

namespace kubus::storage_sqlite {

OwnerLock::OwnerLock(OwnerLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

OwnerLock& OwnerLock::operator=(OwnerLock&& other) noexcept {
  if (this != &other) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

OwnerLock::~OwnerLock() {
  if (fd_ >= 0) ::close(fd_);
}

Result<OwnerLock> OwnerLock::take(const std::string& path, bool wait, std::stop_token cancelled) {
  const std::string file = path + ".lock";
  OwnerLock lock(::open(file.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600));
  if (lock.fd_ < 0) {
    const Code code = Code::kServiceUnavailable;
    return Status(code, "open " + file + ": " + std::strerror(errno));
  }
  std::mutex mutex;
  std::condition_variable_any stopped;
  while (::flock(lock.fd_, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR)
      return Status(Code::kServiceUnavailable, "lock " + file + ": " + std::strerror(errno));
    if (!wait) return Status(Code::kServiceUnavailable, path + " is in use by another process");
    // flock() cannot be waited for and cancelled at the same time.
    std::unique_lock held(mutex);
    stopped.wait_for(held, cancelled, std::chrono::milliseconds(5), [] { return false; });
    if (cancelled.stop_requested())
      return Status(Code::kCancelled, "gave up waiting for the owner of " + path);
  }
  return lock;
}

}  // namespace kubus::storage_sqlite
