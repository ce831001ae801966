#include "kubus/directory_watch.h"

#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <set>
#include <vector>

namespace kubus {
namespace {

Status watch_failure(const std::string& what) {
  return {Code::kInternalError, what + ": " + std::strerror(errno)};
}

}  // namespace

Status DirectoryWatch::open() {
  if (inotify_) return {};
  inotify_.reset(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  if (!inotify_) return watch_failure("inotify");
  readable_ =
      loop_.watch_fd(inotify_.get(), Loop::kReadable, [this](std::uint32_t) { read_events(); });
  return {};
}

Result<DirectoryWatch::Id> DirectoryWatch::add(const std::string& directory,
                                               std::function<void()> changed) {
  std::lock_guard lock(mutex_);
  KUBUS_TRY(open());
  const int watch = ::inotify_add_watch(inotify_.get(), directory.c_str(),
                                        IN_MODIFY | IN_CREATE | IN_MOVED_TO | IN_ONLYDIR);
  if (watch < 0) return watch_failure("watch " + directory);
  users_[++last_id_] = {watch, std::move(changed)};
  return last_id_;
}

void DirectoryWatch::remove(Id id) {
  std::lock_guard lock(mutex_);
  const auto user = users_.find(id);
  if (user == users_.end()) return;
  const int watch = user->second.watch;
  users_.erase(user);
  const bool used = std::any_of(users_.begin(), users_.end(),
                                [&](const auto& other) { return other.second.watch == watch; });
  // Fails when the directory has gone, and the watch with it.
  if (!used) ::inotify_rm_watch(inotify_.get(), watch);
}

void DirectoryWatch::read_events() {
  alignas(inotify_event) char buffer[16 * 1024];
  std::set<int> changed;
  bool all = false;
  for (ssize_t size; (size = ::read(inotify_.get(), buffer, sizeof buffer)) > 0;)
    for (const char* at = buffer; at < buffer + size;) {
      const auto* event = reinterpret_cast<const inotify_event*>(at);
      changed.insert(event->wd);
      all = all || (event->mask & IN_Q_OVERFLOW) != 0;
      at += sizeof(inotify_event) + event->len;
    }
  std::vector<std::function<void()>> tell;
  {
    std::lock_guard lock(mutex_);
    for (const auto& [id, user] : users_)
      if (all || changed.count(user.watch) > 0) tell.push_back(user.changed);
  }
  for (const auto& call : tell) call();
}

}  // namespace kubus
