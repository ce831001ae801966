#include "kubus/pki/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

namespace kubus::pki {
namespace {

Status failure(const std::string& what, const std::string& path) {
  const Code code = errno == ENOENT ? Code::kNotFound : Code::kInternalError;
  return Status(code, what + " " + path + ": " + std::strerror(errno));
}

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

Result<std::string> read_file(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return failure("open", path);
  std::string text;
  char block[4096];
  for (;;) {
    const ssize_t size = ::read(fd, block, sizeof(block));
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) {
      auto status = failure("read", path);
      ::close(fd);
      return status;
    }
    if (size == 0) break;
    text.append(block, static_cast<std::size_t>(size));
  }
  ::close(fd);
  return text;
}

Status write_file(const std::string& path, const std::string& text) {
  const std::string temporary = path + ".new";
  const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return failure("create", temporary);
  const bool written = ::fchmod(fd, 0600) == 0 && write_all(fd, text) && ::fsync(fd) == 0;
  auto status = written ? Status() : failure("write", temporary);
  ::close(fd);
  KUBUS_TRY(status);
  if (::rename(temporary.c_str(), path.c_str()) != 0) return failure("rename to", path);
  return {};
}

Status make_directory(const std::string& path) {
  std::error_code error;
  const bool made = std::filesystem::create_directories(path, error);
  if (error) return Status(Code::kInternalError, "create " + path + ": " + error.message());
  if (made && ::chmod(path.c_str(), 0700) != 0) return failure("chmod", path);
  return {};
}

Result<Pair> load(const PairFiles& files) {
  auto certificate = read_file(files.certificate);
  auto key = read_file(files.key);
  if (certificate.code() == Code::kNotFound && key.code() == Code::kNotFound) return Pair{};
  if (!certificate.ok()) return certificate.status();
  if (!key.ok()) return key.status();
  return Pair{std::move(*certificate), std::move(*key)};
}

// The key first: a certificate without its key would stop the next start.
Status save(const PairFiles& files, const Pair& pair) {
  KUBUS_TRY(write_file(files.key, pair.key_pem));
  return write_file(files.certificate, pair.certificate_pem);
}

}  // namespace kubus::pki
