// Cgroups of pods and containers, on cgroup v1 (also hybrid) and v2, through their files.
//
// Thread safety: const after detect(); all members from any thread.
//
// A cgroup is named by its path below the root of the hierarchy ("/kubepods/pod1/c1"); on v1 it is
// the same path in every hierarchy.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "kubus/status.h"

namespace kubus::runtime {
class Resources;
}

namespace kubus::runtime_oci {

struct CgroupUsage {
  std::uint64_t cpu_ns = 0;
  std::uint64_t memory = 0;
  std::uint64_t inactive_file = 0;
  std::uint64_t rss = 0;
  std::uint64_t page_faults = 0;
  std::uint64_t major_page_faults = 0;
  std::uint64_t memory_limit = 0;  // 0: none
  std::uint64_t processes = 0;
};

class Cgroups {
 public:
  // `root` is where the hierarchies are mounted; tests give a directory of their own.
  static Cgroups detect(std::string root = "/sys/fs/cgroup");

  bool v2() const { return v2_; }
  // v1 with a v2 hierarchy beside it, which crun refuses when any controller is in it.
  bool hybrid() const { return hybrid_; }
  // Limits on memory and swap together can be set.
  bool counts_swap() const { return counts_swap_; }

  // Makes it and its ancestors.
  Status create(const std::string& path) const;
  Status attach(const std::string& path, pid_t pid) const;
  // Removes it and what is below it; false while a process is in it.
  bool remove(const std::string& path) const;
  // Sets what is set in `resources`.
  Status apply(const std::string& path, const runtime::Resources& resources) const;

  bool present(const std::string& path) const;
  CgroupUsage usage(const std::string& path) const;
  // Processes that the kernel killed in it for lack of memory.
  std::uint64_t oom_kills(const std::string& path) const;
  // In it and below it.
  std::vector<pid_t> processes(const std::string& path) const;
  void kill_all(const std::string& path) const;

 private:
  std::string file(const char* controller, const std::string& path, const char* name) const;
  Status apply_v1(const std::string& path, const runtime::Resources& resources) const;
  Status apply_v2(const std::string& path, const runtime::Resources& resources) const;
  Status set_memory_v1(const std::string& path, std::int64_t limit, std::int64_t with_swap) const;

  std::string root_;
  bool v2_ = false;
  bool hybrid_ = false;
  bool counts_swap_ = false;
  std::vector<std::string> hierarchies_;  // directories; one on v2
};

// cgroup v1 shares on the scale of cgroup v2 weights.
std::uint64_t weight_of_shares(std::int64_t shares);

}  // namespace kubus::runtime_oci
