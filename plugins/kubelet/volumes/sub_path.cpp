// What of a volume a container sees, when it is not the whole of it.
//
// Whoever writes to the volume may put links there at any moment. So each step begins at what the
// step before holds open, never at a name once more.
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <span>

#include "kubus/open_at.h"
#include "volumes.h"

namespace kubus::kubelet {
namespace fs = std::filesystem;
namespace {

using Names = std::span<const std::string>;

std::vector<std::string> names_of(const fs::path& relative) {
  std::vector<std::string> names;
  for (const fs::path& part : relative)
    if (!part.empty() && part != ".") names.push_back(part);
  return names;
}

std::string joined(Names names) {
  fs::path path;
  for (const std::string& name : names) path /= name;
  return path;
}

// Everybody who may use the volume may use what is made, whatever the umask.
UniqueFd make_below(UniqueFd at, Names names, mode_t mode) {
  for (const std::string& name : names) {
    const bool made = ::mkdirat(at.get(), name.c_str(), mode) == 0;
    if (!made && errno != EEXIST) return {};
    UniqueFd next(
        ::openat(at.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!next || (made && ::fchmod(next.get(), mode) != 0)) return {};
    at = std::move(next);
  }
  return at;
}

// As much as there is, links and all; the rest is made.
UniqueFd open_or_make(int volume, Names names) {
  struct stat info {};
  if (::fstat(volume, &info) != 0) return {};
  for (std::size_t there = names.size();; --there) {
    UniqueFd at = open_beneath(volume, joined(names.first(there)), O_PATH);
    if (at) return make_below(std::move(at), names.subspan(there), info.st_mode & 07777);
    if (errno != ENOENT || there == 0) return {};
  }
}

bool show(int shown, const std::string& place) {
  while (::umount2(place.c_str(), MNT_DETACH | UMOUNT_NOFOLLOW) == 0) {
  }
  struct stat info {};
  std::error_code error;
  // Not with what is in it, should anything still be mounted there.
  fs::remove(place, error);
  fs::create_directories(fs::path(place).parent_path(), error);
  const bool made =
      ::fstat(shown, &info) == 0 &&
      (S_ISDIR(info.st_mode)
           ? ::mkdir(place.c_str(), 0700) == 0
           : static_cast<bool>(UniqueFd(
                 ::open(place.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600))));
  const std::string source = "/proc/self/fd/" + std::to_string(shown);
  return made && ::mount(source.c_str(), place.c_str(), nullptr, MS_BIND | MS_REC, nullptr) == 0;
}

}  // namespace

Status show_sub_path(const std::string& volume, const std::string& sub, const std::string& place,
                     const std::string& whose) {
  const auto refused = [](const std::string& why) { return Status(Code::kInvalid, why); };
  const fs::path relative(sub);
  if (relative.is_absolute())
    return refused("error SubPath `" + sub + "` must not be an absolute path");
  for (const fs::path& part : relative)
    if (part == "..")
      return refused("unable to provision SubPath `" + sub + "`: must not contain '..'");
  std::error_code error;
  // Only chooses between the reference's words for a failure.
  const bool was_there = fs::exists(fs::path(volume) / relative, error);
  const UniqueFd base(::open(volume.c_str(), O_PATH | O_CLOEXEC));
  const UniqueFd shown = base ? open_or_make(base.get(), names_of(relative)) : UniqueFd();
  if (shown && show(shown.get(), place)) return {};
  // No more is told: it would say things of the node.
  return refused((shown || was_there ? "failed to prepare subPath for "
                                     : "failed to create subPath directory for ") +
                 whose);
}

}  // namespace kubus::kubelet
