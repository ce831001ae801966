// Mounts of containers: the overlay of image layers and the shared memory of sandboxes.
//
// Thread safety: free functions, any thread; they block.
#pragma once

#include <string>
#include <vector>

#include "kubus/status.h"

namespace kubus::runtime_oci {

// Stacks `lowers` (uppermost first) under `upper`; `upper` empty: read-only.
Status mount_overlay(const std::vector<std::string>& lowers, const std::string& upper,
                     const std::string& work, const std::string& target);
Status mount_tmpfs(const std::string& target, const std::string& options);
// Detaches whatever is mounted at `target`; ok when nothing is.
Status unmount(const std::string& target);
bool is_mounted(const std::string& target);
// Detaches every mount at or below `directory`, innermost first.
void unmount_below(const std::string& directory);

}  // namespace kubus::runtime_oci
