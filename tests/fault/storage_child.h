// A process that writes to a store until it is killed, and tells what was acknowledged.
//
// Thread safety: none.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace kubus::fault {

// One acknowledged write, as it comes through the pipe.
struct Acknowledged {
  std::int64_t revision;
  std::int64_t key;
  std::int64_t value;
};

class StorageChild {
 public:
  // Writes to the store at `path`; keys and values are numbers, made from `seed`.
  StorageChild(std::string path, unsigned seed);
  ~StorageChild();  // kills it
  StorageChild(const StorageChild&) = delete;
  StorageChild& operator=(const StorageChild&) = delete;

  // Reads acknowledgements until there are `count`, kills the process without warning, and returns
  // everything that it had acknowledged by then.
  std::vector<Acknowledged> kill_after(std::size_t count);

 private:
  pid_t pid_ = -1;
  int pipe_ = -1;
};

}  // namespace kubus::fault
