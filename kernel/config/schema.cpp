#include "config/schema.h"

namespace kubus::kernel {

std::vector<KeySpec> kernel_schema(const std::string& plugin_dir) {
  using T = ValueType;
  return {
      {"run_dir", T::kString, "/run/kubus", "", "Sockets; one running kubusd per directory.",
       false},
      {"state_dir", T::kString, "/var/lib/kubus", "", "What plugins keep across restarts.", false},
      {"plugin_dirs", T::kList, plugin_dir, "", "Directories watched for plugins (*.so).", false},
      {"plugins", T::kList, "", "", "Start only these plugins; empty: every one found.", false},
      {"required", T::kList, "", "", "Plugins without which kubusd does not start.", false},
      {"prefer", T::kList, "", "",
       "SERVICE=PLUGIN: who answers where several provide the same service.", false},
      {"watch", T::kBool, "true", "", "Follow changes in the plugin directories.", false},
      {"log.level", T::kString, "info", "", "debug, info, warn or error.", true,
       "debug, info, warn, error"},
      {"log.format", T::kString, "text", "", "text or json.", true, "text, json"},
      {"start_timeout", T::kDuration, "60s", "time", "How long a plugin may take to be ready.",
       true},
      {"drain_timeout", T::kDuration, "5s", "time",
       "How long a plugin may take to finish its work.", true},
      {"restart.initial", T::kDuration, "200ms", "time", "Wait before the first restart.", true},
      {"restart.max", T::kDuration, "30s", "time", "Longest wait; it doubles up to here.", true},
      {"restart.reset_after", T::kDuration, "60s", "time",
       "After running this long, waits begin anew.", true},
  };
}

const std::vector<KeySpec>& common_plugin_schema() {
  using T = ValueType;
  static const std::vector<KeySpec> schema = {
      {"enabled", T::kBool, "true", "", "Start this plugin.", true},
      {"isolation", T::kString, "auto", "",
       "in-process, process, or auto: what its manifest asks for.", false,
       "auto, in-process, process"},
      {"memory_limit", T::kSize, "0", "bytes",
       "What a plugin in its own process may allocate; 0: no limit.", false},
  };
  return schema;
}

}  // namespace kubus::kernel
