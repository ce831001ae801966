#include "supervisor/plugin_record.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>

namespace kubus::kernel {

std::string_view plugin_state_name(PluginState state) {
  constexpr std::array<std::string_view, 10> kNames = {"refused", "disabled", "waiting", "starting",
                                                       "ready",   "skipped",  "failed",  "draining",
                                                       "stopped", "zombie"};
  return kNames.at(static_cast<std::size_t>(state));
}

std::size_t PluginRecord::zombies() const {
  return static_cast<std::size_t>(
      std::count_if(leaving.begin(), leaving.end(), [](const auto& g) { return g->zombie; }));
}

bool PluginRecord::running_down() const { return zombies() < leaving.size(); }

Generation* PluginRecord::find(std::uint64_t number) const {
  if (current && current->number == number) return current.get();
  if (next && next->number == number) return next.get();
  for (const auto& generation : leaving)
    if (generation->number == number) return generation.get();
  return nullptr;
}

PluginInfo PluginRecord::info() const {
  const auto& manifest = current ? current->manifest : file.manifest;
  PluginInfo info;
  info.set_name(name);
  info.set_version(manifest.version);
  info.set_description(manifest.description);
  info.set_status(manifest.status);
  info.set_path(path);
  info.set_state(std::string(plugin_state_name(state)));
  auto text = message;
  for (const auto& generation : leaving)
    if (generation->zombie)
      text += (text.empty() ? "" : "; ") + ("generation " + std::to_string(generation->number)) +
              " did not end: " + generation->zombie_reason;
  info.set_message(text);
  *info.mutable_provides() = {manifest.provides.begin(), manifest.provides.end()};
  *info.mutable_requirements() = {manifest.requires_.begin(), manifest.requires_.end()};
  *info.mutable_permissions() = {manifest.permissions.begin(), manifest.permissions.end()};
  info.set_restarts(restarts);
  info.set_zombies(static_cast<std::uint32_t>(zombies()));
  info.set_abi(current ? current->abi_tag : file.abi_tag);
  info.set_required(required);
  info.set_start_seconds(std::chrono::duration<double>(start_time).count());
  info.set_generation(static_cast<std::uint32_t>(last_generation));
  if (current) {
    info.set_generation(static_cast<std::uint32_t>(current->number));
    info.set_isolation(current->in_process ? "in-process" : "process");
    if (current->runner) info.set_pid(current->runner->pid());
    if (state == PluginState::kReady)
      info.set_ready_seconds(std::chrono::duration<double>(Clock::now() - current->ready).count());
  }
  return info;
}

std::string file_stamp(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return {};
  std::string stamp;
  for (auto part : {static_cast<long>(info.st_dev), static_cast<long>(info.st_ino),
                    static_cast<long>(info.st_size), static_cast<long>(info.st_mtim.tv_sec),
                    static_cast<long>(info.st_mtim.tv_nsec)})
    stamp += std::to_string(part) + "/";
  return stamp;
}

}  // namespace kubus::kernel
