#include "server/file_watch.h"

#include <filesystem>
#include <set>
#include <utility>

namespace kubus::apiserver {

FileWatch::FileWatch(Context& context, Look look)
    : context_(context), look_(std::move(look)), watch_(context.loop()) {}

void FileWatch::start(const std::vector<std::string>& files) {
  std::set<std::string> directories;
  for (const auto& file : files) {
    const auto directory = std::filesystem::path(file).parent_path().string();
    directories.insert(directory.empty() ? "." : directory);
  }
  for (const auto& directory : directories) {
    const auto watched = watch_.add(directory, [this] { changed(); });
    if (!watched.ok())
      context_.log().warn("changed files are not noticed before the next start",
                          {{"directory", directory}, {"error", watched.status().message()}});
  }
  // What changed since they were read.
  changed();
}

void FileWatch::stop() {
  stopped_ = true;
  timer_.reset();
}

void FileWatch::changed() {
  if (stopped_) return;
  again_ = looking_;
  if (looking_) return;
  looking_ = true;
  context_.pool().post([this] {
    const auto wait = look_();
    context_.loop().post([this, wait] {
      looking_ = false;
      if (again_) return changed();
      if (wait && !stopped_) timer_ = context_.loop().after(*wait, [this] { changed(); });
    });
  });
}

}  // namespace kubus::apiserver
