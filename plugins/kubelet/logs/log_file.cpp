#include "log_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace kubus::kubelet {
namespace {

constexpr std::size_t kBlock = 64 * 1024;

Status log_failure(const std::string& path) {
  return {errno == ENOENT ? Code::kNotFound : Code::kInternalError,
          "failed to open log file \"" + path + "\": " + std::strerror(errno)};
}

ssize_t read_at(int fd, char* into, std::size_t size, off_t at) {
  for (;;) {
    const ssize_t got = ::pread(fd, into, size, at);
    if (got >= 0 || errno != EINTR) return got;
  }
}

}  // namespace

Status LogFile::open() {
  UniqueFd fd(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return log_failure(path_);
  fd_ = std::move(fd);
  offset_ = 0;
  buffer_.clear();
  at_ = 0;
  return {};
}

Status LogFile::seek_tail(std::int64_t lines) {
  struct stat facts {};
  if (::fstat(fd_.get(), &facts) != 0) return log_failure(path_);
  std::int64_t ends = 0;
  char block[kBlock];
  for (off_t right = facts.st_size; right > 0;) {
    const off_t left = std::max<off_t>(0, right - static_cast<off_t>(kBlock));
    const ssize_t got = read_at(fd_.get(), block, static_cast<std::size_t>(right - left), left);
    if (got < 0) return log_failure(path_);
    for (ssize_t i = got; i-- > 0;) {
      // The line end before the first of the wanted lines.
      if (block[i] == '\n' && ends++ == lines) {
        offset_ = left + i + 1;
        return {};
      }
    }
    right = left;
  }
  return {};
}

std::optional<std::string_view> LogFile::next() {
  std::size_t searched = at_;
  for (;;) {
    const auto end = buffer_.find('\n', searched);
    const auto size = end != std::string::npos ? end + 1 - at_ : buffer_.size() - at_;
    if (end != std::string::npos || size >= kLongestLine) {
      const auto line = std::string_view(buffer_).substr(at_, size);
      at_ += size;
      return line;
    }
    buffer_.erase(0, std::exchange(at_, 0));
    searched = buffer_.size();
    if (!read_more()) return std::nullopt;
  }
}

bool LogFile::read_more() {
  const auto have = buffer_.size();
  buffer_.resize(have + kBlock);
  const ssize_t got = read_at(fd_.get(), buffer_.data() + have, kBlock, offset_);
  buffer_.resize(have + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  offset_ += std::max<ssize_t>(got, 0);
  return got > 0;
}

std::string LogFile::take_rest() {
  auto rest = buffer_.substr(at_);
  buffer_.clear();
  at_ = 0;
  return rest;
}

bool LogFile::replaced() const {
  struct stat ours {
  }, named{};
  if (::fstat(fd_.get(), &ours) != 0 || ::stat(path_.c_str(), &named) != 0) return false;
  return ours.st_ino != named.st_ino || ours.st_dev != named.st_dev;
}

}  // namespace kubus::kubelet
