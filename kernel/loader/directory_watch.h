// DirectoryWatch: tells of plugin files (*.so) that appear, change or go in a set of directories.
//
// Thread safety: made, used and destroyed on the loop it is given; the callback runs there. Sleeps
// in the kernel between changes (inotify).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "kubus/loop.h"
#include "kubus/status.h"
#include "kubus/unique_fd.h"

namespace kubus::kernel {

class DirectoryWatch {
 public:
  enum class Change { kPresent, kGone, kAttributes };
  // kPresent: the file is complete (closed after writing, or moved in). kAttributes: its owner or
  // mode changed.
  using Callback = std::function<void(const std::string& path, Change change)>;

  // `lost` runs when the kernel dropped notifications: scan again.
  DirectoryWatch(Loop& loop, Callback callback, std::function<void()> lost);
  DirectoryWatch(const DirectoryWatch&) = delete;
  DirectoryWatch& operator=(const DirectoryWatch&) = delete;

  Status add(const std::string& directory);

 private:
  void read_events();

  UniqueFd fd_;
  std::map<int, std::string> directories_;
  Callback callback_;
  std::function<void()> lost_;
  Registration watch_;
};

// The *.so files in a directory, as full paths in order of their names.
std::vector<std::string> list_plugin_files(const std::string& directory);

}  // namespace kubus::kernel
