#include "supervisor/plugin_section.h"

#include <filesystem>
#include <set>

#include "config/schema.h"
#include "loader/directory_watch.h"

namespace kubus::kernel {
namespace {

bool needs_process(const PluginFile& file) {
  return file.abi_tag != own_abi_tag() || file.manifest.isolation == Isolation::kProcess;
}

}  // namespace

Resolved plugin_section(const ConfigStore& store, const PluginFile& file) {
  const auto& manifest = file.manifest;
  auto schema = common_plugin_schema();
  schema.insert(schema.end(), manifest.config.begin(), manifest.config.end());
  auto section = store.plugin(manifest.name, schema);
  const auto& [spec, wish, origin] = section.values.at("isolation");
  const auto key = manifest.name + ".isolation";
  if (wish == "in-process" && needs_process(file))
    section.errors.push_back({origin, key, "this plugin needs a process of its own"});
  if (wish == "process" && !needs_process(file) && manifest.isolation == Isolation::kInProcess)
    section.errors.push_back({origin, key, "this plugin only runs in-process"});
  return section;
}

bool runs_in_process(const PluginFile& file, const Resolved& section) {
  if (needs_process(file)) return false;
  if (file.manifest.isolation == Isolation::kInProcess) return true;
  const auto& wish = section.values.at("isolation").text;
  return wish == "auto" ? !file.manifest.third_party : wish == "in-process";
}

Status check_plugin_sections(const ConfigStore& store, const Settings& settings) {
  Resolved all;
  std::set<std::string> names;
  for (const auto& directory : settings.list("plugin_dirs"))
    for (const auto& path : list_plugin_files(directory)) {
      auto file = read_trusted_plugin_file(path);
      names.insert(file.ok() ? file->manifest.name : std::filesystem::path(path).stem().string());
      if (file.ok()) all.add(plugin_section(store, *file).errors);
    }
  all.add(store.unknown_sections(kernel_schema(""), names));
  return all.status();
}

}  // namespace kubus::kernel
