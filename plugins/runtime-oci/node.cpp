#include "node.h"

#include <poll.h>

namespace kubus::runtime_oci {

std::shared_ptr<ProcessWatch> watch_process(Node& node, const ProcessId& process,
                                            std::function<void()> ended) {
  auto watch = std::make_shared<ProcessWatch>();
  auto fd = process.open();
  if (!fd.ok()) {
    watch->registration = node.loop.after(Duration::zero(), std::move(ended));
    return watch;
  }
  watch->fd = std::move(*fd);
  const std::weak_ptr<ProcessWatch> weak = watch;
  auto& loop = node.loop;
  // The descriptor stays readable: the first call counts, the watch goes when the loop is free.
  auto ready = [&loop, weak, fired = false, ended = std::move(ended)](std::uint32_t) mutable {
    if (std::exchange(fired, true)) return;
    loop.post([weak] {
      if (const auto self = weak.lock()) self->registration.reset();
    });
    ended();
  };
  loop.post([&loop, weak, ready = std::move(ready)]() mutable {
    if (const auto self = weak.lock())
      self->registration = loop.watch_fd(self->fd.get(), Loop::kReadable, std::move(ready));
  });
  return watch;
}

bool wait_gone(const ProcessId& process, std::chrono::milliseconds timeout) {
  const auto fd = process.open();
  if (!fd.ok()) return true;
  pollfd poll_fd{fd->get(), POLLIN, 0};
  return ::poll(&poll_fd, 1, static_cast<int>(timeout.count())) > 0;
}

}  // namespace kubus::runtime_oci
