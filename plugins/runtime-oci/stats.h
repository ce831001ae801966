// Figures of sandboxes, containers and file systems.
//
// Thread safety: free functions; they block on the disk.
#pragma once

#include "node.h"

namespace kubus::runtime_oci {

runtime::SandboxStats sandbox_stats(const Node& node, const runtime::Sandbox& sandbox,
                                    const std::vector<runtime::Container>& containers);
runtime::ImageFsInfoResponse file_system_stats(const Node& node);

// From the text of /proc/<pid>/net/dev; without the loopback interface.
std::vector<runtime::NetworkInterfaceStats> parse_net_dev(const std::string& text);

}  // namespace kubus::runtime_oci
