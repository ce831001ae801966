#include "exit_watch.h"

#include <sys/inotify.h>
#include <unistd.h>

namespace kubus::runtime_oci {

Result<std::unique_ptr<ExitWatch>> ExitWatch::start(
    Loop& loop, const std::string& directory, std::function<void(const std::string&)> written) {
  auto self = std::make_unique<ExitWatch>();
  self->inotify_.reset(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  self->written_ = std::move(written);
  if (!self->inotify_ ||
      ::inotify_add_watch(self->inotify_.get(), directory.c_str(), IN_MOVED_TO) < 0)
    return errno_status("watching " + directory);
  auto* raw = self.get();
  self->registration_ =
      loop.watch_fd(self->inotify_.get(), Loop::kReadable, [raw](std::uint32_t) { raw->read(); });
  return self;
}

void ExitWatch::read() {
  alignas(inotify_event) char buffer[8192];
  for (;;) {
    const ssize_t got = ::read(inotify_.get(), buffer, sizeof buffer);
    if (got <= 0) return;
    for (ssize_t at = 0; at < got;) {
      const auto* event = reinterpret_cast<const inotify_event*>(buffer + at);
      if (event->len > 0) written_(event->name);
      at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
    }
  }
}

}  // namespace kubus::runtime_oci
