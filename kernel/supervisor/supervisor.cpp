#include "supervisor/supervisor.h"

#include <algorithm>
#include <filesystem>

#include "config/schema.h"

namespace kubus::kernel {

Supervisor::Supervisor(Host& host, Settings settings, ConfigStore config,
                       std::function<void(const Status&)> fatal)
    : host_(host),
      loop_(host.self().context().loop()),
      settings_(std::move(settings)),
      config_(std::move(config)),
      fatal_(std::move(fatal)),
      loader_(std::make_unique<Pool>("loader", 1)) {
  host_.directory()->observe([this, alive = std::weak_ptr(alive_)](const InstanceReport& report) {
    if (alive.expired()) return;
    auto* record = find(report.id);
    auto* generation = record ? record->find(report.generation) : nullptr;
    if (generation && generation->runner) generation->runner->report(report);
  });
  for (const auto& preference : settings_.list("prefer")) {
    auto equals = preference.find('=');
    if (equals != std::string::npos)
      host_.directory()->prefer(preference.substr(0, equals), preference.substr(equals + 1));
  }
}

Supervisor::~Supervisor() = default;

std::set<std::string> Supervisor::names() const {
  std::set<std::string> names;
  for (const auto& plugin : list()) names.insert(plugin.name());
  return names;
}

void Supervisor::stop_loading() { loader_->stop(); }

PluginRecord* Supervisor::find(const std::string& name) {
  auto found = records_.find(name);
  return found == records_.end() ? nullptr : found->second.get();
}

void Supervisor::start() {
  std::error_code ignored;
  std::filesystem::remove_all(settings_.generations_dir(), ignored);
  std::filesystem::create_directories(settings_.generations_dir(), ignored);
  std::filesystem::permissions(settings_.generations_dir(), std::filesystem::perms::owner_all,
                               ignored);
  if (settings_.text("watch") == "true") {
    watch_ = std::make_unique<DirectoryWatch>(
        loop_, [this](const auto& path, auto change) { file_event(path, change); },
        [this] { scan(); });
    for (const auto& directory : settings_.list("plugin_dirs"))
      if (auto status = watch_->add(directory); !status.ok())
        log_.warn("plugin directory not watched", {{"reason", status.message()}});
  }
  scan();
  for (const auto& error : config_.unknown_sections(kernel_schema(""), names()))
    log_.error("configuration", {{"error", error.to_string()}});
  check_required_present();
}

void Supervisor::check_required_present() {
  for (const auto& name : settings_.list("required")) {
    if (find(name)) continue;
    auto refused = std::find_if(refused_.begin(), refused_.end(),
                                [&](const auto& item) { return item.second.name() == name; });
    check_required(name, refused == refused_.end() ? "no file holds such a plugin"
                                                   : refused->second.message());
  }
  if (settings_.list("required").empty()) started_up_ = true;
}

void Supervisor::check_required(const std::string& name, const std::string& why) {
  const auto& required = settings_.list("required");
  if (started_up_ || shutting_down_ || !fatal_ ||
      std::find(required.begin(), required.end(), name) == required.end())
    return;
  std::exchange(fatal_,
                nullptr)({Code::kUnavailable, "required plugin " + name + " cannot start: " + why});
}

void Supervisor::shut_down(std::function<void()> done) {
  stopped_ = std::move(done);
  shutting_down_ = true;
  watch_.reset();
  gone_timers_.clear();
  for (auto& [name, record] : records_) {
    record->wanted = record->relaunch = false;
    record->retry.reset();
  }
  stop_next();
}

void Supervisor::stop_next() {
  bool busy = false;
  for (auto& [name, record] : records_) {
    busy = busy || record->current || record->next || record->running_down();
    if (!record->current && !record->next) continue;
    const auto& provides = record->file.manifest.provides;
    bool needed = std::any_of(records_.begin(), records_.end(), [&, &self = record](auto& other) {
      const auto& wants = other.second->file.manifest.requires_;
      return other.second != self &&
             (other.second->current || other.second->next || other.second->running_down()) &&
             std::find_first_of(wants.begin(), wants.end(), provides.begin(), provides.end()) !=
                 wants.end();
    });
    if (!needed) stop_all(*record);
  }
  if (!busy && stopped_) std::exchange(stopped_, nullptr)();
}

Result<std::string> Supervisor::host_program(const std::string& abi_tag) const {
  if (abi_tag == own_abi_tag()) return settings_.layout.host_program;
  auto other = settings_.layout.runtimes_dir + "/" + abi_tag + "/kubus-host";
  if (std::filesystem::exists(other)) return other;
  return Status(Code::kUnavailable, "built for ABI " + abi_tag + ", this is " +
                                        std::string(own_abi_tag()) + "; its runtime is not in " +
                                        settings_.layout.runtimes_dir);
}

HostSpec Supervisor::host_spec(const Generation& generation) const {
  const auto& manifest = generation.manifest;
  HostSpec spec;
  spec.set_id(manifest.name);
  spec.set_generation(generation.number);
  for (const auto& key : manifest.config)
    (*spec.mutable_config())[key.key] = generation.config.at(key.key).text;
  spec.set_state_dir(settings_.text("state_dir") + "/" + manifest.name);
  spec.set_runtime_dir(settings_.text("run_dir") + "/plugins/" + manifest.name);
  spec.set_threads(static_cast<std::uint32_t>(manifest.threads));
  *spec.mutable_permissions() = {manifest.permissions.begin(), manifest.permissions.end()};
  spec.set_start_timeout_ms(static_cast<std::uint64_t>(settings_.time("start_timeout").count()));
  spec.set_drain_timeout_ms(static_cast<std::uint64_t>(settings_.time("drain_timeout").count()));
  auto limit = parse_size(generation.config.at("memory_limit").text);
  if (limit.ok()) spec.set_memory_limit(static_cast<std::uint64_t>(*limit));
  spec.set_log_level(settings_.text("log.level"));
  spec.set_log_format(settings_.text("log.format"));
  return spec;
}

std::vector<PluginInfo> Supervisor::list() const {
  std::vector<PluginInfo> plugins;
  for (const auto& [name, record] : records_) plugins.push_back(record->info());
  for (const auto& [path, info] : refused_) plugins.push_back(info);
  std::sort(plugins.begin(), plugins.end(),
            [](const auto& a, const auto& b) { return a.name() < b.name(); });
  return plugins;
}

}  // namespace kubus::kernel
