// The section of a plugin in the configuration, judged by the plugin's own manifest.
//
// Thread safety: pure functions on their arguments and the file system.
#pragma once

#include "config/store.h"
#include "loader/manifest.h"
#include "supervisor/settings.h"

namespace kubus::kernel {

// Every key of the manifest and every common one; an isolation the plugin cannot have is an error.
Resolved plugin_section(const ConfigStore& store, const PluginFile& file);
// `section` has no errors.
bool runs_in_process(const PluginFile& file, const Resolved& section);
// What is wrong in any section, for the plugin files that lie in `plugin_dirs`. A file that is no
// plugin is none of the configuration's business.
Status check_plugin_sections(const ConfigStore& store, const Settings& settings);

}  // namespace kubus::kernel
