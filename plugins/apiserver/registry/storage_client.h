// Writes to storage: one key at a time or a few together, each on the condition that nobody changed
// it meanwhile.
//
// Thread safety: all members from any thread; any number may be under way. `done` runs on the
// plugin's loop.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "encryption/value_codec.h"
#include "kubus/context.h"
#include "kubus/status.h"

namespace kubus::apiserver {

struct Written {
  // False: the condition did not hold, nothing was written.
  bool done = false;
  std::int64_t revision = 0;
};

// What is done to another key in the same step, on a condition of its own of the same kind.
struct Companion {
  enum class Act { kPut, kRemove, kNothing } act = Act::kPut;
  std::string key, value;
  std::int64_t expected = 0;

  static Companion put(std::string key, std::string value, std::int64_t expected) {
    return {Act::kPut, std::move(key), std::move(value), expected};
  }
  static Companion remove(std::string key, std::int64_t expected) {
    return {Act::kRemove, std::move(key), {}, expected};
  }
  static Companion check(std::string key, std::int64_t expected) {
    return {Act::kNothing, std::move(key), {}, expected};
  }
};
using Companions = std::vector<Companion>;

class StorageClient {
 public:
  using Done = UniqueFunction<void(Result<Written>)>;
  // Values are sealed by `codec`, which outlives this.
  StorageClient(Context& context, const ValueCodec& codec) : context_(context), codec_(codec) {}

  // Puts `value` if the key's revision is `expected`; 0: if there is no such key.
  // All or nothing with `others`.
  void put(std::string key, std::string value, std::int64_t expected, Done done,
           Companions others = {});
  void remove(std::string key, std::int64_t expected, Done done, Companions others = {});

 private:
  void write(Companion first, Companions others, Done done);

  Context& context_;
  const ValueCodec& codec_;
};

}  // namespace kubus::apiserver
