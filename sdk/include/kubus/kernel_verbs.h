// The methods of kernel.v1, for the kernel that answers them and whoever calls them: the command,
// and plugins that tell of the state of others.
//
// Thread safety: constants.
#pragma once

#include <string_view>

#include "kubus/kernel.pb.h"
#include "kubus/rpc.h"

namespace kubus::kernel::verbs {

inline constexpr std::string_view kService = "kernel.v1";
inline constexpr rpc::Method<StatusRequest, StatusReply> kStatus{kService, "Status"};
inline constexpr rpc::Method<ListRequest, ListReply> kList{kService, "List"};
inline constexpr rpc::Method<PluginRequest, PluginReply> kLoad{kService, "Load"};
inline constexpr rpc::Method<PluginRequest, PluginReply> kUnload{kService, "Unload"};
inline constexpr rpc::Method<PluginRequest, PluginReply> kRestart{kService, "Restart"};
inline constexpr rpc::Method<PluginRequest, PluginReply> kUpgrade{kService, "Upgrade"};
inline constexpr rpc::Method<ConfigRequest, ConfigReply> kConfig{kService, "Config"};
inline constexpr rpc::Method<ReloadRequest, ReloadReply> kReload{kService, "Reload"};

}  // namespace kubus::kernel::verbs
