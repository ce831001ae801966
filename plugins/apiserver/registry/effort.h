// Which calls may keep a thread busy for so long that others would notice: they are left to the
// workers (registry/workers.h).
#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <shared_mutex>
#include <string>
#include <tuple>

#include "registry/call.h"

namespace kubus::apiserver {

// By sizes, which are known before anything is done. The call has been resolved. Thread safety: a
// function without state; the cache as it is.
bool is_large(const Call& call);

// What calls have taken: policies, rules of custom kinds and their schemas cost what their authors
// wrote, and nobody can tell beforehand. One call that takes long makes those like it, of the same
// verb on the same resource, the workers' until a hundred have not. Large calls and reads stand for
// none but themselves.
//
// Thread safety: all members from any thread.
class Efforts {
 public:
  bool takes_long(const Call& call) const;
  // `time` of a processor.
  void note(const Call& call, std::chrono::nanoseconds time);

 private:
  using Key = std::tuple<std::string, std::string, std::string>;  // resource, subresource, verb

  static Key key(const Call& call);

  std::atomic<bool> any_{false};
  mutable std::shared_mutex mutex_;
  std::map<Key, std::atomic<int>> left_;  // of calls until they are taken for quick ones again
};

// How much of a processor the thread that has it uses.
class ProcessorTime {
 public:
  ProcessorTime() : begin_(now()) {}
  std::chrono::nanoseconds passed() const { return now() - begin_; }

 private:
  static std::chrono::nanoseconds now();

  std::chrono::nanoseconds begin_;
};

}  // namespace kubus::apiserver
