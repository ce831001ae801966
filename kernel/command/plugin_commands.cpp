#include <filesystem>
#include <iostream>
#include <memory>

#include "command/commands.h"
#include "command/table.h"

namespace kubus::command {
namespace {

using kernel::PluginInfo;

std::string age(const PluginInfo& plugin) {
  return plugin.state() == "ready" ? short_duration(plugin.ready_seconds()) : "-";
}

std::string or_dash(std::string text) { return text.empty() ? "-" : text; }

template <class Strings>
std::string listed(const Strings& strings) {
  return or_dash(join({strings.begin(), strings.end()}, ","));
}

void print_list(const kernel::ListReply& reply, bool verbose) {
  std::vector<std::string> header = {"NAME", "VERSION", "STATE", "GENERATION", "RESTARTS", "READY"};
  if (verbose)
    header.insert(header.end(),
                  {"ISOLATION", "PID", "START", "STATUS", "PROVIDES", "REQUIRES", "FILE"});
  header.push_back("MESSAGE");
  Table table(header);
  for (const auto& plugin : reply.plugins()) {
    std::vector<std::string> row = {plugin.name(),
                                    or_dash(plugin.version()),
                                    plugin.state(),
                                    std::to_string(plugin.generation()),
                                    std::to_string(plugin.restarts()),
                                    age(plugin)};
    if (verbose)
      row.insert(row.end(),
                 {or_dash(plugin.isolation()), plugin.pid() ? std::to_string(plugin.pid()) : "-",
                  short_duration(plugin.start_seconds()), or_dash(plugin.status()),
                  listed(plugin.provides()), listed(plugin.requirements()), plugin.path()});
    row.push_back(plugin.message());
    table.row(std::move(row));
  }
  table.print(std::cout);
}

// Of a plugin that kubusd has, unless it is the name of a file itself.
std::string file_of(Session& session, const std::string& target) {
  if (target.find('/') != std::string::npos || std::filesystem::exists(target)) return target;
  const auto reply = session.call(kernel::verbs::kList, {});
  for (const auto& plugin : reply.plugins())
    if (plugin.name() == target) return plugin.path();
  throw Failure{1, "no plugin and no file is called \"" + target + "\""};
}

void print_outcome(const Session& session, const PluginInfo& plugin) {
  if (session.json()) return print_json(plugin);
  std::cout << "plugin " << plugin.name();
  if (plugin.generation() > 0) std::cout << " generation " << plugin.generation();
  std::cout << ": " << (plugin.state().empty() ? "gone" : plugin.state());
  if (!plugin.message().empty()) std::cout << ", " << plugin.message();
  std::cout << "\n";
}

using VerbMethod = rpc::Method<kernel::PluginRequest, kernel::PluginReply>;

// A verb on one plugin; it fails unless the plugin ends up in `wanted`.
void add_verb(CLI::App& group, Session& session, const std::string& name, const std::string& help,
              const VerbMethod& method, const std::string& wanted) {
  auto* command = group.add_subcommand(name, help);
  auto target = std::make_shared<std::string>();
  bool file_allowed = name == "load";
  command
      ->add_option(file_allowed ? "plugin" : "name", *target,
                   file_allowed ? "Name of a known plugin, or a file (*.so)" : "Name of the plugin")
      ->required();
  add_output_option(*command, session);
  command->callback([&session, target, method, wanted, file_allowed] {
    kernel::PluginRequest request;
    if (file_allowed && (target->ends_with(".so") || target->find('/') != std::string::npos))
      request.set_path(std::filesystem::absolute(*target).lexically_normal().string());
    else
      request.set_name(*target);
    auto plugin = session.call(method, request).plugin();
    print_outcome(session, plugin);
    if (!plugin.state().empty() && plugin.state() != wanted && plugin.state() != "skipped")
      throw Failure{1, ""};
  });
}

}  // namespace

void add_plugin_commands(CLI::App& app, Session& session) {
  auto* group = app.add_subcommand("plugin", "See and change what kubusd has loaded");
  group->require_subcommand(1);

  auto* list = group->add_subcommand("list", "All plugins and their states");
  auto verbose = std::make_shared<bool>(false);
  list->add_flag("-v,--verbose", *verbose, "More columns");
  add_output_option(*list, session);
  list->callback([&session, verbose] {
    auto reply = session.call(kernel::verbs::kList, {});
    if (session.json()) return print_json(reply);
    print_list(reply, *verbose);
  });

  auto* inspect =
      group->add_subcommand("inspect", "What a plugin's file says of itself; nothing of it runs");
  auto file = std::make_shared<std::string>();
  inspect->add_option("plugin", *file, "Name of a known plugin, or a file (*.so)")->required();
  add_output_option(*inspect, session);
  inspect->callback([&session, file] { inspect_file(file_of(session, *file), session.json()); });

  add_verb(*group, session, "load", "Start a plugin that was unloaded, or one from any file",
           kernel::verbs::kLoad, "ready");
  add_verb(*group, session, "unload", "Drain and stop a plugin until it is loaded again",
           kernel::verbs::kUnload, "stopped");
  add_verb(*group, session, "restart", "Stop a plugin and start it again", kernel::verbs::kRestart,
           "ready");
  add_verb(*group, session, "upgrade",
           "Start a new generation beside the running one, then let that one go",
           kernel::verbs::kUpgrade, "ready");

  auto* fresh = group->add_subcommand("new", "Write the project of a new controller plugin");
  auto name = std::make_shared<std::string>();
  fresh->add_option("name", *name, "Its name, and that of the folder")->required();
  fresh->callback([name] { write_new_plugin(*name); });
}

}  // namespace kubus::command
