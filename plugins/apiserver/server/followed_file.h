// A configuration file that is read again when it changes: what the server made of it before stays
// in use until something can be made of it again.
//
// Thread safety: open() before start(); start() and stop() on the loop.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "server/file_watch.h"

namespace kubus::apiserver {

class FollowedFile {
 public:
  // Makes something of a text; kInvalid when it cannot. Not called twice at once.
  using Use = std::function<Status(const std::string& text)>;
  // Ends what is in no use any more since then; true when there is more to end later.
  using Sweep = std::function<bool()>;
  // `name`: of the setting, for messages. An empty file: there is none, and nothing is ever called.
  FollowedFile(Context& context, std::string name, std::string file, Use use, Sweep sweep);

  // Reads the file for the first time. kInvalid, or what kept it from being read, with the name.
  Status open();
  // From now on changes are used, on the pool.
  void start();
  void stop() { watch_.stop(); }

 private:
  std::optional<Duration> look();

  Context& context_;
  const std::string name_, file_;
  const Use use_;
  const Sweep sweep_;
  std::string text_;  // the last one that was looked at
  FileWatch watch_;
};

}  // namespace kubus::apiserver
