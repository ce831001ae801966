// Where requests go on that waited for another server: not on the one thread of the client that
// brought the answer, where whatever follows would hold up the answers to all others.
//
// Thread safety: by() while the server is set up; the rest from any thread.
#pragma once

#include <functional>
#include <thread>
#include <utility>

#include "kubus/loop.h"

namespace kubus::apiserver {

class Resumption {
 public:
  // `run` runs a task, soon or at once. Without it everything goes on where the answer arrives.
  using Run = std::function<void(Task)>;
  void by(Run run) { run_ = std::move(run); }

  // Goes on with `rest`: at once where the answer came on the thread that asked.
  template <class Rest>
  void operator()(std::thread::id asker, Rest rest) const {
    if (!run_ || std::this_thread::get_id() == asker) return rest();
    run_(Task(std::move(rest)));
  }

 private:
  Run run_;
};

}  // namespace kubus::apiserver
