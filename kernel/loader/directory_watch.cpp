#include "loader/directory_watch.h"

#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace kubus::kernel {
namespace {

// Names that begin with a dot are files in the making.
bool is_plugin_file(std::string_view name) {
  return name.size() > 3 && name.ends_with(".so") && name.front() != '.';
}

}  // namespace

DirectoryWatch::DirectoryWatch(Loop& loop, Callback callback, std::function<void()> lost)
    : fd_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)),
      callback_(std::move(callback)),
      lost_(std::move(lost)) {
  if (fd_)
    watch_ = loop.watch_fd(fd_.get(), Loop::kReadable, [this](std::uint32_t) { read_events(); });
}

Status DirectoryWatch::add(const std::string& directory) {
  constexpr std::uint32_t kEvents =
      IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ATTRIB | IN_ONLYDIR;
  int watch = ::inotify_add_watch(fd_.get(), directory.c_str(), kEvents);
  if (watch < 0) return {Code::kNotFound, directory + ": " + std::strerror(errno)};
  directories_[watch] = directory;
  return {};
}

void DirectoryWatch::read_events() {
  alignas(inotify_event) char buffer[16 << 10];
  for (;;) {
    auto length = ::read(fd_.get(), buffer, sizeof buffer);
    if (length < 0 && errno == EINTR) continue;
    if (length <= 0) return;
    for (char* at = buffer; at < buffer + length;) {
      const auto* event = reinterpret_cast<const inotify_event*>(at);
      at += sizeof(inotify_event) + event->len;
      if (event->mask & IN_Q_OVERFLOW) {
        lost_();
        continue;
      }
      auto directory = directories_.find(event->wd);
      if (directory == directories_.end() || event->len == 0 || !is_plugin_file(event->name))
        continue;
      auto change = event->mask & (IN_DELETE | IN_MOVED_FROM) ? Change::kGone
                    : event->mask & IN_ATTRIB                 ? Change::kAttributes
                                                              : Change::kPresent;
      callback_(directory->second + "/" + event->name, change);
    }
  }
}

std::vector<std::string> list_plugin_files(const std::string& directory) {
  std::vector<std::string> files;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(directory, ignored))
    if (is_plugin_file(entry.path().filename().string())) files.push_back(entry.path().string());
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace kubus::kernel
