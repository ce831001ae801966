// The directory of a container: its root file system and its OCI specification.
//
// Thread safety: free functions; they block.
#pragma once

#include "node.h"

namespace kubus::runtime_oci {

// Keeps the images of the container and of its mounts from removal, and writes their ids into it;
// all or none.
Status hold_images(Node& node, runtime::Container& container);
void release_images(Node& node, const runtime::Container& container);
// Mounts the root, writes config.json and completes `container` (user, log path, signal).
Status make_bundle(Node& node, const runtime::Sandbox& sandbox, runtime::Container& container);
// Mounts the root again after it was lost.
Status mount_root(Node& node, const runtime::Container& container,
                  const std::vector<std::string>& lowers);
// Detaches everything that is mounted in the directory.
void unmount_bundle(Node& node, const std::string& id);

}  // namespace kubus::runtime_oci
