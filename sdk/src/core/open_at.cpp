#include "kubus/open_at.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstdint>
#include <string>

namespace kubus {
namespace {

UniqueFd open_resolved(int root, std::string_view path, int flags, unsigned mode,
                       std::uint64_t resolve) {
  open_how how{};
  how.flags = static_cast<std::uint64_t>(flags | O_CLOEXEC);
  how.mode = mode;
  how.resolve = resolve | RESOLVE_NO_MAGICLINKS;
  const std::string name = path.empty() ? "." : std::string(path);
  // EAGAIN: something was renamed meanwhile and the kernel could not be sure.
  for (int attempt = 0; attempt < 16; ++attempt) {
    const long fd = ::syscall(SYS_openat2, root, name.c_str(), &how, sizeof how);
    if (fd >= 0) return UniqueFd(static_cast<int>(fd));
    if (errno != EAGAIN && errno != EINTR) break;
  }
  return {};
}

}  // namespace

UniqueFd open_in_root(int root, std::string_view path, int flags, unsigned mode) {
  return open_resolved(root, path, flags, mode, RESOLVE_IN_ROOT);
}

UniqueFd open_beneath(int root, std::string_view path, int flags) {
  return open_resolved(root, path, flags, 0, RESOLVE_BENEATH);
}

}  // namespace kubus
