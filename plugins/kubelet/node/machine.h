// What the machine is: sizes, versions, addresses.
//
// Thread safety: pure reads of the system.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kubus/status.h"

namespace kubus::kubelet {

struct Machine {
  int cpus = 0;
  std::int64_t memory_bytes = 0;
  std::vector<std::string> hugepage_sizes;  // that the kernel has: "2Mi", "1Gi"
  std::int64_t disk_bytes = 0;              // of the file system that holds `state_dir`
  std::string machine_id, system_uuid, boot_id;
  std::string kernel_version, os_image, architecture;
  std::string hostname;  // lower case
};
Machine read_machine(const std::string& state_dir);

// The first global IPv4 address of this network namespace; kNotFound without one.
Result<std::string> first_address();

}  // namespace kubus::kubelet
