#include "supervisor/settings.h"

#include <cstdlib>
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
  layout.config_files = {prefix / "etc/kubus/kubus.yaml", prefix / "etc/kubus/kubus.ini",
                         "/etc/kubus/kubus.yaml", "/etc/kubus/kubus.ini"};
  layout.config_file = first_existing({layout.config_files.begin(), layout.config_files.end()});
  layout.command_dirs = {bin.string(), (prefix / "libexec/kubus").string()};
  return layout;
}

const std::string& Settings::text(std::string_view key) const {
  auto found = values.find(key);
  if (found == values.end()) std::abort();
  return found->second.text;
}

std::vector<std::string> Settings::list(std::string_view key) const {
  return Config({{"list", text(key)}}).list("list");
}

std::chrono::milliseconds Settings::time(std::string_view key) const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(*read_duration(text(key)));
}

BackoffLimits Settings::restart() const {
  return {time("restart.initial"), time("restart.max"), time("restart.reset_after")};
}

std::string_view own_abi_tag() { return KUBUS_ABI_TAG; }
std::string_view own_version() { return KUBUS_VERSION; }

}  // namespace kubus::kernel
