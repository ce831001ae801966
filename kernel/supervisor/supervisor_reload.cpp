#include "config/schema.h"
#include "supervisor/plugin_section.h"
#include "supervisor/supervisor.h"

namespace kubus::kernel {
namespace {

ConfigValue to_message(const std::string& section, const ResolvedValue& value) {
  ConfigValue message;
  message.set_section(section);
  message.set_key(value.spec.key);
  message.set_type(std::string(value_type_name(value.spec.type)));
  message.set_value(value.text);
  message.set_default_(value.spec.default_text);
  message.set_unit(value.spec.unit);
  message.set_help(value.spec.help);
  message.set_origin(value.origin.to_string());
  message.set_reload(value.spec.reload);
  return message;
}

}  // namespace

Status Supervisor::reload(const ConfigSources& sources, ReloadReply& reply) {
  auto store = ConfigStore::load(sources);
  auto kernel = store.kernel(kernel_schema(settings_.layout.plugin_dir));
  Resolved all;
  all.add(store.source_errors());
  all.add(kernel.errors);
  std::map<std::string, Resolved> plugins;
  for (const auto& [name, record] : records_)
    all.add((plugins[name] = plugin_section(store, record->file)).errors);
  all.add(store.unknown_sections(kernel_schema(""), names()));
  KUBUS_TRY(all.status());

  for (auto& [key, value] : settings_.values) {
    const auto& now = kernel.values.at(key);
    if (now.text == value.text) continue;
    if (!value.spec.reload) {
      reply.add_need_restart(key);
      continue;
    }
    reply.add_changed(key);
    value = now;
  }
  config_ = std::move(store);
  for (auto& [name, record] : records_) apply_reload(*record, plugins[name], reply);
  loop_.post([this] { evaluate(); });
  return {};
}

void Supervisor::apply_reload(PluginRecord& record, const Resolved& resolved, ReloadReply& reply) {
  auto* generation = record.current.get();
  if (!generation) {
    if (record.wanted &&
        (record.state == PluginState::kDisabled || record.state == PluginState::kFailed)) {
      record.relaunch = true;
      settle(record);
    }
    return;
  }
  if (generation->config.empty()) return;  // not loaded yet: it will see the new values
  if (!resolved.config().boolean("enabled")) {
    reply.add_changed(record.name + ".enabled");
    record.relaunch = true;
    return stop_all(record);
  }
  bool changed = false;
  for (auto& [key, value] : generation->config) {
    auto now = resolved.values.find(key);
    if (now == resolved.values.end() || now->second.text == value.text) continue;
    if (!value.spec.reload) {
      reply.add_need_restart(record.name + "." + key);
      continue;
    }
    value = now->second;
    reply.add_changed(record.name + "." + key);
    changed = true;
  }
  if (changed && generation->runner)
    generation->runner->configure(instance_options(host_spec(*generation)).config);
}

ConfigReply Supervisor::configuration(const std::string& section) const {
  ConfigReply reply;
  if (section.empty())
    for (const auto& [key, value] : settings_.values) *reply.add_values() = to_message("", value);
  for (const auto& [name, record] : records_) {
    if (!section.empty() && section != name) continue;
    auto values = record->current && !record->current->config.empty()
                      ? record->current->config
                      : plugin_section(config_, record->file).values;
    for (const auto& [key, value] : values) *reply.add_values() = to_message(name, value);
  }
  return reply;
}

}  // namespace kubus::kernel
