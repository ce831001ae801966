#include "folder_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace kubus::cluster {

Result<FolderLock> FolderLock::take(const std::string& folder, bool create) {
  for (;;) {
    std::error_code error;
    if (create) std::filesystem::create_directories(folder, error);
    // "Exists" may also be said of a folder that was removed in between.
    if (error && error != std::errc::file_exists)
      return Status(Code::kInternalError, "cannot make " + folder + ": " + error.message());
    UniqueFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd && errno == ENOENT && create) continue;  // removed since
    if (!fd && errno == ENOENT) return Status(Code::kNotFound, "there is no " + folder);
    if (!fd)
      return Status(Code::kInternalError, "cannot open " + folder + ": " + std::strerror(errno));
    while (::flock(fd.get(), LOCK_EX) != 0)
      if (errno != EINTR)
        return Status(Code::kInternalError, "cannot lock " + folder + ": " + std::strerror(errno));
    struct stat held {};
    struct stat named {};
    if (::fstat(fd.get(), &held) == 0 && ::stat(folder.c_str(), &named) == 0 &&
        held.st_ino == named.st_ino && held.st_dev == named.st_dev)
      return FolderLock(std::move(fd));
  }
}

}  // namespace kubus::cluster
