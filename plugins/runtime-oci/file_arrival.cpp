#include "file_arrival.h"

#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace kubus::runtime_oci {

Result<FileArrival> FileArrival::watch(const std::string& directory) {
  UniqueFd inotify(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  if (!inotify || ::inotify_add_watch(inotify.get(), directory.c_str(),
                                      IN_CLOSE_WRITE | IN_MOVED_TO | IN_ONLYDIR) < 0)
    return errno_status("watching " + directory);
  return FileArrival(std::move(inotify));
}

bool FileArrival::read_events(std::string_view name) {
  alignas(inotify_event) char buffer[4096];
  const ssize_t got = ::read(inotify_.get(), buffer, sizeof buffer);
  for (ssize_t at = 0; at < got;) {
    const auto* event = reinterpret_cast<const inotify_event*>(buffer + at);
    if (event->len > 0 && event->name == name) return true;
    at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
  }
  return false;
}

bool FileArrival::wait(std::string_view name, std::chrono::milliseconds patience, int end) {
  using Clock = std::chrono::steady_clock;
  const auto deadline = Clock::now() + patience;
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    pollfd fds[2] = {{inotify_.get(), POLLIN, 0}, {end, POLLIN, 0}};
    const int ready = ::poll(fds, 2, static_cast<int>(std::max<std::int64_t>(left, 0)));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return false;
    if (fds[0].revents && read_events(name)) return true;
    if (fds[1].revents) return false;
  }
}

}  // namespace kubus::runtime_oci
