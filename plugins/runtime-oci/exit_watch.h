// Notices the exit files that conmon writes, as they appear.
//
// Thread safety: the callback runs on the loop.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "files.h"
#include "kubus/loop.h"
#include "kubus/status.h"

namespace kubus::runtime_oci {

class ExitWatch {
 public:
  // `written(name)` for each file that is moved into `directory` from now on.
  static Result<std::unique_ptr<ExitWatch>> start(Loop& loop, const std::string& directory,
                                                  std::function<void(const std::string&)> written);
  ~ExitWatch() { registration_.reset(); }

 private:
  void read();
  UniqueFd inotify_;
  std::function<void(const std::string&)> written_;
  Registration registration_;
};

}  // namespace kubus::runtime_oci
