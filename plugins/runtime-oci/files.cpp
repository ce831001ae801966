#include "files.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>

#include "kubus/open_at.h"

namespace kubus::runtime_oci {

Status errno_status(std::string_view what, int error) {
  Code code = Code::kInternalError;
  if (error == ENOENT) code = Code::kNotFound;
  if (error == EEXIST) code = Code::kAlreadyExists;
  if (error == ENOSPC || error == EDQUOT) code = Code::kTooManyRequests;
  return {code, std::string(what) + ": " + std::strerror(error)};
}

Status errno_status(std::string_view what) { return errno_status(what, errno); }

Result<std::string> read_file(const std::string& path, std::size_t max) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return errno_status(path);
  std::string text;
  char buffer[16384];
  for (;;) {
    const ssize_t got = ::read(fd.get(), buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno_status(path);
    if (got == 0) return text;
    if (text.size() + static_cast<std::size_t>(got) > max)
      return Status(Code::kRequestEntityTooLarge, path + ": too large");
    text.append(buffer, static_cast<std::size_t>(got));
  }
}

std::uint64_t read_number(const std::string& path, std::uint64_t fallback) {
  const auto text = read_file(path, 4096);
  if (!text.ok()) return fallback;
  std::uint64_t value = 0;
  const auto parsed = std::from_chars(text->data(), text->data() + text->size(), value);
  return parsed.ec == std::errc() ? value : fallback;
}

Status write_all(int fd, std::string_view data) {
  while (!data.empty()) {
    const ssize_t put = ::write(fd, data.data(), data.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return errno_status("write");
    data.remove_prefix(static_cast<std::size_t>(put));
  }
  return {};
}

Status sync_dir(const std::string& path) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd || ::fsync(fd.get()) < 0) return errno_status(path);
  return {};
}

Status write_file(const std::string& path, std::string_view data, unsigned mode, bool durable) {
  const std::string temporary = path + ".new";
  UniqueFd fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode));
  if (!fd) return errno_status(temporary);
  Status status = write_all(fd.get(), data);
  if (status.ok() && durable && ::fsync(fd.get()) < 0) status = errno_status(temporary);
  fd.reset();
  if (status.ok() && ::rename(temporary.c_str(), path.c_str()) < 0) status = errno_status(path);
  if (!status.ok()) {
    ::unlink(temporary.c_str());
    return status.annotate(path);
  }
  if (!durable) return {};
  return sync_dir(std::filesystem::path(path).parent_path().string());
}

Status write_existing(const std::string& path, std::string_view data) {
  const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!fd) return errno_status(path);
  return write_all(fd.get(), data).annotate(path);
}

Status make_dirs(const std::string& path, unsigned mode) {
  if (::mkdir(path.c_str(), mode) == 0 || errno == EEXIST) return {};
  if (errno != ENOENT) return errno_status(path);
  const auto slash = path.find_last_of('/');
  if (slash == std::string::npos || slash == 0) return errno_status(path);
  KUBUS_TRY(make_dirs(path.substr(0, slash), mode));
  if (::mkdir(path.c_str(), mode) == 0 || errno == EEXIST) return {};
  return errno_status(path);
}

Status remove_tree(const std::string& path) {
  std::error_code error;
  std::filesystem::remove_all(path, error);
  if (error) return errno_status(path, error.value());
  return {};
}

std::vector<std::string> list_dir(const std::string& path) {
  std::vector<std::string> names;
  DIR* dir = ::opendir(path.c_str());
  if (!dir) return names;
  while (const dirent* entry = ::readdir(dir)) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  ::closedir(dir);
  return names;
}

bool exists(const std::string& path) {
  struct stat info {};
  return ::lstat(path.c_str(), &info) == 0;
}

Result<UniqueFd> open_in_root(int root, std::string_view path, int flags, unsigned mode) {
  UniqueFd fd = kubus::open_in_root(root, path, flags, mode);
  if (!fd) return errno_status(path.empty() ? "." : path);
  return std::move(fd);
}

std::string random_id() {
  unsigned char bytes[32];
  std::size_t have = 0;
  while (have < sizeof bytes) {
    const ssize_t got = ::getrandom(bytes + have, sizeof bytes - have, 0);
    if (got > 0) have += static_cast<std::size_t>(got);
  }
  std::string text;
  for (const unsigned char byte : bytes) {
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  return text;
}

std::int64_t now_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

}  // namespace kubus::runtime_oci
