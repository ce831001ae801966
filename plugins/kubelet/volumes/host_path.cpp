#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "volumes.h"

namespace kubus::kubelet {
namespace {

struct TypeCheck {
  const char* type;
  mode_t format;
};
constexpr TypeCheck kChecks[] = {{"Directory", S_IFDIR},  {"DirectoryOrCreate", S_IFDIR},
                                 {"File", S_IFREG},       {"FileOrCreate", S_IFREG},
                                 {"Socket", S_IFSOCK},    {"CharDevice", S_IFCHR},
                                 {"BlockDevice", S_IFBLK}};

Status make(const std::string& path, const std::string& type) {
  std::error_code error;
  if (type == "DirectoryOrCreate" || type.empty()) {
    std::filesystem::create_directories(path, error);
    if (!error) return {};
    return Status(Code::kInternalError, path + ": " + error.message());
  }
  if (type == "FileOrCreate") {
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0) return Status(Code::kInternalError, path + ": " + std::strerror(errno));
    ::close(fd);
  }
  return {};
}

}  // namespace

Result<std::string> prepare_host_path(const core_v1::HostPathVolumeSource& source) {
  const std::string& path = source.path();
  const std::string& type = source.type();
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) {
    if (Status made = make(path, type); !made.ok()) return made;
    if (::stat(path.c_str(), &info) != 0)
      return Status(Code::kInvalid, "hostPath type check failed: " + path + " does not exist");
  }
  for (const TypeCheck& check : kChecks)
    if (type == check.type && (info.st_mode & S_IFMT) != check.format)
      return Status(Code::kInvalid, "hostPath type check failed: " + path + " is not a " +
                                        (type.starts_with("Directory") ? "directory"
                                         : type.starts_with("File")    ? "file"
                                                                       : type));
  return path;
}

}  // namespace kubus::kubelet
