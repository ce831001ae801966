#include <algorithm>
#include <filesystem>

#include "supervisor/supervisor.h"

namespace kubus::kernel {
namespace {

// How long a removed file may stay away before its plugin is stopped: whoever replaces a file by
// removing it first should get an upgrade as well.
constexpr std::chrono::milliseconds kGoneDelay{250};

}  // namespace

PluginRecord* Supervisor::record_of_path(const std::string& path) {
  for (auto& [name, record] : records_)
    if (record->path == path) return record.get();
  return nullptr;
}

void Supervisor::scan() {
  std::vector<std::string> seen;
  for (const auto& directory : settings_.list("plugin_dirs"))
    for (const auto& path : list_plugin_files(directory)) {
      seen.push_back(path);
      file_present(path);
    }
  std::vector<std::string> gone;
  for (const auto& [path, info] : refused_)
    if (std::find(seen.begin(), seen.end(), path) == seen.end()) gone.push_back(path);
  for (const auto& [name, record] : records_)
    if (!std::filesystem::exists(record->path)) gone.push_back(record->path);
  for (const auto& path : gone) file_gone(path);
  evaluate();
}

void Supervisor::file_event(const std::string& path, DirectoryWatch::Change change) {
  if (shutting_down_) return;
  switch (change) {
    case DirectoryWatch::Change::kPresent:
      gone_timers_.erase(path);
      file_present(path);
      break;
    case DirectoryWatch::Change::kAttributes:
      if (refused_.contains(path)) file_present(path);
      break;
    case DirectoryWatch::Change::kGone:
      gone_timers_[path] = loop_.after(kGoneDelay, [this, path] {
        if (!std::filesystem::exists(path)) file_gone(path);
      });
      return;
  }
  evaluate();
}

void Supervisor::refuse(const std::string& path, const Status& why) {
  auto name = std::filesystem::path(path).stem().string();
  log_.warn("plugin file refused", {{"file", path}, {"reason", why.message()}});
  if (auto* record = record_of_path(path)) {
    // What runs goes on: it has a copy of its own.
    record->message = "new file refused: " + why.message();
    answer(*record, why);
    return;
  }
  PluginInfo info;
  info.set_name(name);
  info.set_path(path);
  info.set_state(std::string(plugin_state_name(PluginState::kRefused)));
  info.set_message(why.message());
  refused_[path] = info;
  check_required(name, why.message());
}

void Supervisor::file_present(const std::string& path) {
  auto stamp = file_stamp(path);
  if (auto* known = record_of_path(path); known && known->stamp == stamp && known->wanted) return;
  auto file = read_trusted_plugin_file(path);
  if (!file.ok()) return refuse(path, file.status());
  const auto name = file->manifest.name;
  auto* record = find(name);
  if (record && record->path != path && !record->removed && std::filesystem::exists(record->path))
    return refuse(path, {Code::kAlreadyExists,
                         "a plugin called " + name + " is already loaded from " + record->path});
  if (auto* before = record_of_path(path); before && before->name != name) file_gone(path);
  refused_.erase(path);
  if (!record) {
    record = (records_[name] = std::make_unique<PluginRecord>()).get();
    record->name = name;
    const auto& required = settings_.list("required");
    record->required = std::find(required.begin(), required.end(), name) != required.end();
  }
  record->path = path;
  record->stamp = stamp;
  record->file = std::move(*file);
  record->wanted = true;
  record->removed = false;
  record->backoff.reset();
  record->retry.reset();
  if (record->current && !record->current->stopping) return begin_upgrade(*record);
  record->relaunch = true;
  settle(*record);
}

void Supervisor::file_gone(const std::string& path) {
  refused_.erase(path);
  auto* record = record_of_path(path);
  if (!record || record->removed) return;
  log_.info("plugin file removed", {{"plugin", record->name}});
  record->removed = true;
  record->wanted = record->relaunch = false;
  record->retry.reset();
  stop_all(*record);
}

void Supervisor::forget(const std::string& name) {
  auto found = records_.find(name);
  if (found == records_.end()) return;
  answer(*found->second);
  records_.erase(found);
}

void Supervisor::load(const std::string& path, const std::string& name, Reply reply) {
  if (!path.empty()) {
    if (!std::filesystem::path(path).is_absolute())
      return reply({Code::kBadRequest, "the path of the file must be absolute"});
    const bool known = refused_.contains(path);
    file_present(path);
    if (auto refused = refused_.find(path); refused != refused_.end()) {
      Status why(Code::kInvalid, path + ": " + refused->second.message());
      // Only what lies in a directory of plugins stays on the list.
      if (!known) refused_.erase(refused);
      return reply(why);
    }
  }
  auto* record = path.empty() ? find(name) : record_of_path(path);
  if (!record) return reply({Code::kNotFound, "no plugin is called \"" + name + "\""});
  if (!record->wanted) {
    record->wanted = record->relaunch = true;
    record->backoff.reset();
  }
  bool settled = record->is_ready() && !record->next;
  if (settled) return reply({});
  record->waiters.push_back(std::move(reply));
  settle(*record);
  evaluate();
}

void Supervisor::unload(const std::string& name, Reply reply) {
  auto* record = find(name);
  if (!record) return reply({Code::kNotFound, "no plugin is called \"" + name + "\""});
  record->wanted = record->relaunch = false;
  record->retry.reset();
  record->waiters.push_back(std::move(reply));
  stop_all(*record);
}

void Supervisor::restart(const std::string& name, Reply reply) {
  auto* record = find(name);
  if (!record) return reply({Code::kNotFound, "no plugin is called \"" + name + "\""});
  answer(*record);
  record->wanted = record->relaunch = true;
  record->backoff.reset();
  record->retry.reset();
  record->waiters.push_back(std::move(reply));
  stop_all(*record);
}

void Supervisor::upgrade(const std::string& name, Reply reply) {
  auto* record = find(name);
  if (!record) return reply({Code::kNotFound, "no plugin is called \"" + name + "\""});
  if (!record->current || record->current->stopping) return restart(name, std::move(reply));
  auto file = read_trusted_plugin_file(record->path);
  if (!file.ok()) return reply(file.status().annotate(record->path));
  record->file = std::move(*file);
  record->stamp = file_stamp(record->path);
  answer(*record);
  record->waiters.push_back(std::move(reply));
  begin_upgrade(*record);
}

}  // namespace kubus::kernel
