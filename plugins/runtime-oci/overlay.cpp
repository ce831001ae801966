#include "overlay.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <sstream>
#include <thread>

#include "files.h"

namespace kubus::runtime_oci {
namespace {

constexpr std::size_t kPage = 4096;  // the kernel takes no more option text

std::string join(const std::vector<std::string>& parts) {
  std::string text;
  for (const auto& part : parts) text += (text.empty() ? "" : ":") + part;
  return text;
}

// The directory above all of `paths`, with its slash.
std::string common_directory(const std::vector<std::string>& paths) {
  std::string prefix = paths.front();
  for (const auto& path : paths)
    while (!path.starts_with(prefix)) prefix.pop_back();
  return prefix.substr(0, prefix.rfind('/') + 1);
}

Status mount_options(const std::string& options, const std::string& target) {
  if (::mount("overlay", target.c_str(), "overlay", 0, options.c_str()) < 0)
    return errno_status("mounting overlay at " + target);
  return {};
}

// Many layers: their names are given relative to their directory, by a thread with a working
// directory of its own.
Status mount_relative(std::vector<std::string> lowers, const std::string& rest,
                      const std::string& target) {
  const auto base = common_directory(lowers);
  for (auto& lower : lowers) lower.erase(0, base.size());
  const std::string options = "lowerdir=" + join(lowers) + rest;
  if (options.size() >= kPage) return {Code::kInvalid, "the image has too many layers"};
  Status status;
  std::thread([&] {
    if (::unshare(CLONE_FS) < 0 || ::chdir(base.c_str()) < 0)
      status = errno_status(base);
    else
      status = mount_options(options, target);
  }).join();
  return status;
}

// Mount points in mountinfo have blanks and the like as octal escapes.
std::string unescape(const std::string& text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 3 < text.size()) {
      result += static_cast<char>(std::stoi(text.substr(i + 1, 3), nullptr, 8));
      i += 3;
    } else {
      result += text[i];
    }
  }
  return result;
}

}  // namespace

Status mount_overlay(const std::vector<std::string>& lowers, const std::string& upper,
                     const std::string& work, const std::string& target) {
  std::string rest;
  if (!upper.empty()) rest = ",upperdir=" + upper + ",workdir=" + work;
  const std::string options = "lowerdir=" + join(lowers) + rest;
  if (options.size() < kPage) return mount_options(options, target);
  return mount_relative(lowers, rest, target);
}

Status mount_tmpfs(const std::string& target, const std::string& options) {
  if (::mount("shm", target.c_str(), "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, options.c_str()) <
      0)
    return errno_status("mounting tmpfs at " + target);
  return {};
}

Status unmount(const std::string& target) {
  if (::umount2(target.c_str(), MNT_DETACH | UMOUNT_NOFOLLOW) == 0) return {};
  if (errno == EINVAL || errno == ENOENT) return {};
  return errno_status("unmounting " + target);
}

bool is_mounted(const std::string& target) {
  struct stat here {};
  struct stat above {};
  return ::lstat(target.c_str(), &here) == 0 && ::lstat((target + "/..").c_str(), &above) == 0 &&
         here.st_dev != above.st_dev;
}

void unmount_below(const std::string& directory) {
  const auto text = read_file("/proc/self/mountinfo");
  if (!text.ok()) return;
  std::vector<std::string> points;
  std::istringstream lines(*text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields(line);
    std::string point;
    for (int i = 0; i < 5; ++i) fields >> point;
    point = unescape(point);
    if (point == directory || point.starts_with(directory + "/")) points.push_back(point);
  }
  for (auto it = points.rbegin(); it != points.rend(); ++it) (void)unmount(*it).ok();
}

}  // namespace kubus::runtime_oci
