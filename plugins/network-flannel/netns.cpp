#include "netns.h"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <exception>
#include <system_error>
#include <thread>

namespace kubus::flannel {

Result<Netns> Netns::open(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd >= 0) return Netns(fd);
  const int error = errno;
  return Status(error == ENOENT ? Code::kNotFound : Code::kInternalError,
                "network namespace " + path + ": " + std::strerror(error));
}

Netns::~Netns() {
  if (fd_ >= 0) close(fd_);
}

Status Netns::run(UniqueFunction<Status()> body) const {
  Status outcome;
  const auto inside = [&] {
    if (setns(fd_, CLONE_NEWNET) != 0) {
      const int error = errno;
      outcome = Status(Code::kInternalError,
                       std::string("enter network namespace: ") + std::strerror(error));
      return;
    }
    try {
      outcome = body();
    } catch (const std::exception& error) {
      outcome = Status(Code::kInternalError, error.what());
    }
  };
  try {
    std::thread(inside).join();
  } catch (const std::system_error& error) {
    return Status(Code::kInternalError, std::string("start a thread: ") + error.what());
  }
  return outcome;
}

}  // namespace kubus::flannel
