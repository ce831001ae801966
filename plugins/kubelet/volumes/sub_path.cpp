// What of a volume a container sees, when it is not the whole of it.
#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>

#include "kubus/unique_fd.h"
#include "volumes.h"

namespace kubus::kubelet {
namespace fs = std::filesystem;
namespace {

bool is_within(const fs::path& base, const fs::path& path) {
  return path == base || path.string().starts_with(base.string() + "/");
}

// Nothing on the way is followed: whoever can write to the volume may put links there meanwhile.
// Everybody who may use the volume may use what is made, whatever the umask.
bool make_below(const fs::path& existing, const fs::path& rest, mode_t mode) {
  constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  UniqueFd at(::open(existing.c_str(), kFlags));
  for (const fs::path& part : rest) {
    if (!at) return false;
    const bool made = ::mkdirat(at.get(), part.c_str(), mode) == 0;
    if (!made && errno != EEXIST) return false;
    UniqueFd next(::openat(at.get(), part.c_str(), kFlags));
    if (made && (!next || ::fchmod(next.get(), mode) != 0)) return false;
    at = std::move(next);
  }
  return static_cast<bool>(at);
}

bool make_sub_path(const fs::path& base, const fs::path& relative) {
  struct stat info {};
  if (::stat(base.c_str(), &info) != 0) return false;
  std::error_code error;
  fs::path existing = base, rest;
  for (const fs::path& part : relative) {
    if (part.empty() || part == ".") continue;
    if (rest.empty() && fs::exists(existing / part, error))
      existing /= part;
    else
      rest /= part;
  }
  existing = fs::canonical(existing, error);
  return !error && is_within(base, existing) && make_below(existing, rest, info.st_mode & 07777);
}

}  // namespace

Result<std::string> prepare_sub_path(const std::string& volume, const std::string& sub,
                                     const std::string& whose) {
  const auto refused = [](const std::string& why) { return Status(Code::kInvalid, why); };
  const fs::path relative(sub);
  if (relative.is_absolute())
    return refused("error SubPath `" + sub + "` must not be an absolute path");
  for (const fs::path& part : relative)
    if (part == "..")
      return refused("unable to provision SubPath `" + sub + "`: must not contain '..'");
  // What is wrong is not told: it would say things of the node.
  const Status unprepared = refused("failed to prepare subPath for " + whose);
  std::error_code error;
  const fs::path base = fs::canonical(volume, error);
  if (error) return unprepared;
  if (!fs::exists(base / relative, error) && !make_sub_path(base, relative))
    return refused("failed to create subPath directory for " + whose);
  const fs::path real = fs::canonical(base / relative, error);
  if (error || !is_within(base, real)) return unprepared;
  return real.string();
}

}  // namespace kubus::kubelet
