// Looks at files anew when they change on disk, or when it is time to.
//
// Thread safety: start() and stop() on the loop.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "kubus/context.h"
#include "kubus/directory_watch.h"

namespace kubus::apiserver {

class FileWatch {
 public:
  // Called on the pool, never twice at once: at the start, when something in one of the directories
  // has changed, and after the time that the last call answered, if it answered one.
  using Look = std::function<std::optional<Duration>()>;
  // `context` and what `look` uses outlive it, and the pool and the loop end before it does.
  FileWatch(Context& context, Look look);

  // The directories of these files. One that cannot be watched is logged: what changes there is
  // seen at the next start then.
  void start(const std::vector<std::string>& files);
  void stop();

 private:
  void changed();

  Context& context_;
  const Look look_;
  // On the loop.
  DirectoryWatch watch_;
  Registration timer_;
  bool looking_ = false;
  bool again_ = false;
  bool stopped_ = false;
};

}  // namespace kubus::apiserver
