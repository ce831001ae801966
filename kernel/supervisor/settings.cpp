#include "supervisor/settings.h"

#include <algorithm>
#include <filesystem>

namespace kubus::kernel {
namespace {

namespace fs = std::filesystem;

std::string first_existing(const std::vector<fs::path>& paths) {
  std::error_code ignored;
  for (const auto& path : paths)
    if (fs::exists(path, ignored)) return path.lexically_normal().string();
  return {};
}

Status one_of(const Resolved& resolved, const std::string& key,
              const std::vector<std::string>& words) {
  const auto& value = resolved.values.at(key);
  if (std::find(words.begin(), words.end(), value.text) != words.end()) return {};
  std::string all;
  for (const auto& word : words) all += (all.empty() ? "" : ", ") + word;
  return {Code::kInvalid, ConfigError{value.origin, key, "expected one of " + all}.to_string()};
}

}  // namespace

Layout Layout::find() {
  std::error_code ignored;
  auto bin = fs::read_symlink("/proc/self/exe", ignored).parent_path();
  // kubus-host and kubus-VERB are one level deeper when installed.
  auto prefix = bin.filename() == "kubus" ? bin.parent_path().parent_path() : bin.parent_path();
  Layout layout;
  layout.plugin_dir = first_existing({prefix / "lib/kubus/plugins", prefix / "plugins"});
  layout.host_program = first_existing({prefix / "libexec/kubus/kubus-host", bin / "kubus-host"});
  layout.runtimes_dir = (prefix / "lib/kubus/runtimes").string();
  layout.config_file =
      first_existing({prefix / "etc/kubus/kubus.yaml", prefix / "etc/kubus/kubus.ini",
                      "/etc/kubus/kubus.yaml", "/etc/kubus/kubus.ini"});
  layout.command_dirs = {bin.string(), (prefix / "libexec/kubus").string()};
  return layout;
}

Result<Settings> Settings::from(const Resolved& resolved, Layout layout, std::string config_file) {
  using std::chrono::duration_cast;
  using std::chrono::milliseconds;
  KUBUS_TRY(one_of(resolved, "log.level", {"debug", "info", "warn", "error"}));
  KUBUS_TRY(one_of(resolved, "log.format", {"text", "json"}));
  auto config = resolved.config();
  Settings settings;
  settings.run_dir = config.string("run_dir");
  settings.state_dir = config.string("state_dir");
  settings.plugin_dirs = config.list("plugin_dirs");
  settings.plugins = config.list("plugins");
  settings.required = config.list("required");
  settings.prefer = config.list("prefer");
  settings.watch = config.boolean("watch");
  settings.log_level = config.string("log.level");
  settings.log_format = config.string("log.format");
  settings.start_timeout = duration_cast<milliseconds>(config.duration("start_timeout"));
  settings.drain_timeout = duration_cast<milliseconds>(config.duration("drain_timeout"));
  settings.restart = {config.duration("restart.initial"), config.duration("restart.max"),
                      config.duration("restart.reset_after")};
  settings.layout = std::move(layout);
  settings.config_file = std::move(config_file);
  settings.values = resolved.values;
  return settings;
}

std::string_view own_abi_tag() { return KUBUS_ABI_TAG; }
std::string_view own_version() { return KUBUS_VERSION; }

}  // namespace kubus::kernel
