// Writes to storage: one key at a time, each on the condition that nobody changed it meanwhile.
//
// Thread safety: all members from any thread; any number may be under way. `done` runs on the
// plugin's loop.
#pragma once

#include <cstdint>
#include <string>

#include "kubus/context.h"
#include "kubus/status.h"

namespace kubus::apiserver {

struct Written {
  // False: the condition did not hold, nothing was written.
  bool done = false;
  std::int64_t revision = 0;
};

class StorageClient {
 public:
  using Done = UniqueFunction<void(Result<Written>)>;
  explicit StorageClient(Context& context) : context_(context) {}

  // Puts `value` if the key's revision is `expected`; 0: if there is no such key.
  void put(std::string key, std::string value, std::int64_t expected, Done done);
  void remove(std::string key, std::int64_t expected, Done done);

 private:
  Context& context_;
};

}  // namespace kubus::apiserver
