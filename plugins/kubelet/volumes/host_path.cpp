#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cctype>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "volumes.h"

namespace kubus::kubelet {
namespace {

struct TypeCheck {
  std::string_view type;
  mode_t format;
  const char* name;
};
constexpr TypeCheck kChecks[] = {{"Directory", S_IFDIR, "directory"},
                                 {"DirectoryOrCreate", S_IFDIR, "directory"},
                                 {"File", S_IFREG, "file"},
                                 {"FileOrCreate", S_IFREG, "file"},
                                 {"Socket", S_IFSOCK, "socket file"},
                                 {"CharDevice", S_IFCHR, "character device"},
                                 {"BlockDevice", S_IFBLK, "block device"}};

// "mkdir /a: not a directory".
Status failed(const char* call, const std::string& path, int number) {
  std::string why = std::strerror(number);
  why[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(why[0])));
  return {Code::kInternalError, std::string(call) + " " + path + ": " + why};
}

Status make_directories(const std::string& path) {
  std::filesystem::path made;
  for (const auto& part : std::filesystem::path(path)) {
    made /= part;
    if (::mkdir(made.c_str(), 0755) == 0) continue;
    const int number = errno;
    std::error_code error;
    if (std::filesystem::is_directory(made, error)) continue;
    return failed("mkdir", made, number == EEXIST ? ENOTDIR : number);
  }
  return {};
}

Status make(const std::string& path, std::string_view type) {
  if (type == "DirectoryOrCreate" || type.empty()) return make_directories(path);
  if (type != "FileOrCreate") return {};
  const int fd = ::open(path.c_str(), O_RDONLY | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) return failed("open", path, errno);
  ::close(fd);
  return {};
}

}  // namespace

Result<std::string> prepare_host_path(const core_v1::HostPathVolumeSource& source) {
  const std::string& path = source.path();
  const std::string& type = source.type();
  struct stat info {};
  bool exists = ::stat(path.c_str(), &info) == 0;
  if (!exists) {
    KUBUS_TRY(make(path, type));
    exists = ::stat(path.c_str(), &info) == 0;
  }
  for (const TypeCheck& check : kChecks)
    if (type == check.type && (!exists || (info.st_mode & S_IFMT) != check.format))
      return Status(Code::kInvalid,
                    "hostPath type check failed: " + path + " is not a " + check.name);
  return path;
}

}  // namespace kubus::kubelet
