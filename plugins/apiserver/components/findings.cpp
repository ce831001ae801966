#include "components/findings.h"

#include <algorithm>
#include <string_view>

namespace kubus::apiserver::components {
namespace {

using core_v1::ComponentStatus;

constexpr const char* kScheduler = "scheduler";
constexpr const char* kControllers = "controller-manager";
constexpr const char* kStorage = "etcd-0";

// `message` is what the component says itself, `error` why it could not be asked.
ComponentStatus finding(const char* name, bool healthy, const std::string& message,
                        const std::string& error = "") {
  ComponentStatus component;
  component.mutable_metadata()->set_name(name);
  auto& condition = *component.add_conditions();
  condition.set_type("Healthy");
  condition.set_status(healthy ? "True" : "False");
  if (!message.empty()) condition.set_message(message);
  if (!error.empty()) condition.set_error(error);
  return component;
}

bool provides(const kernel::PluginInfo& plugin, std::string_view service) {
  return std::any_of(plugin.provides().begin(), plugin.provides().end(),
                     [&](const std::string& one) { return one.starts_with(service); });
}

bool is_missed(const kernel::PluginInfo& plugin) {
  return plugin.state() != "ready" && plugin.state() != "disabled" && plugin.state() != "skipped";
}

ComponentStatus of_plugins(const char* name, const kernel::ListReply& plugins,
                           std::string_view service) {
  std::string missed;
  bool any = false;
  for (const auto& plugin : plugins.plugins()) {
    if (!provides(plugin, service)) continue;
    any |= plugin.state() == "ready";
    if (!is_missed(plugin)) continue;
    missed += (missed.empty() ? "" : ", ") + plugin.name() + " is " + plugin.state();
    if (!plugin.message().empty()) missed += " (" + plugin.message() + ")";
  }
  if (!missed.empty()) return finding(name, false, "", missed);
  if (!any) return finding(name, false, "", "no plugin provides " + std::string(service));
  return finding(name, true, "ok");
}

}  // namespace

std::vector<ComponentStatus> find_plugins(const Result<kernel::ListReply>& plugins) {
  if (!plugins.ok()) {
    const auto& why = plugins.status().message();
    return {finding(kScheduler, false, "", why), finding(kControllers, false, "", why)};
  }
  return {of_plugins(kScheduler, *plugins, "scheduler.v1"),
          of_plugins(kControllers, *plugins, "controller.v1")};
}

ComponentStatus find_storage(const Result<storage::StatusResponse>& engine) {
  if (!engine.ok()) return finding(kStorage, false, "", engine.status().message());
  return engine->writable() ? finding(kStorage, true, "ok")
                            : finding(kStorage, false, engine->error());
}

}  // namespace kubus::apiserver::components
