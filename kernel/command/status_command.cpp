#include <iostream>

#include "command/commands.h"
#include "command/table.h"

namespace kubus::command {
namespace {

void print_status(const kernel::StatusReply& status, const kernel::ListReply& plugins) {
  std::cout << "kubusd " << status.version() << ", pid " << status.pid() << ", up "
            << short_duration(status.up_seconds()) << "\n"
            << "run directory     " << status.run_dir() << "\n"
            << "state directory   " << status.state_dir() << "\n"
            << "configuration     "
            << (status.config_file().empty() ? "(defaults)" : status.config_file()) << "\n"
            << "plugins from      "
            << join({status.plugin_dirs().begin(), status.plugin_dirs().end()}, ", ") << "\n"
            << "plugins           ";
  std::vector<std::string> counts;
  for (const auto& [state, count] : status.states())
    counts.push_back(std::to_string(count) + " " + state);
  std::cout << (counts.empty() ? "none" : join(counts, ", ")) << "\n";
  for (const auto& plugin : plugins.plugins()) {
    if (plugin.state() == "ready" && plugin.message().empty()) continue;
    std::cout << "  " << plugin.name() << " " << plugin.state();
    if (!plugin.message().empty()) std::cout << ": " << one_line(plugin.message());
    std::cout << "\n";
  }
  if (status.services().empty()) return;
  std::cout << "\n";
  Table table({"SERVICE", "ACTIVE", "PROVIDERS"});
  for (const auto& service : status.services())
    table.row({service.name(), service.active(),
               join({service.providers().begin(), service.providers().end()}, ",")});
  table.print(std::cout);
}

}  // namespace

void add_output_option(CLI::App& command, Session& session) {
  command.add_option("-o,--output", session.output, "json: for programs")
      ->check(CLI::IsMember({"json"}));
}

void add_status_command(CLI::App& app, Session& session) {
  auto* command = app.add_subcommand("status", "What kubusd is doing, and what is wrong");
  add_output_option(*command, session);
  command->callback([&session] {
    auto status = session.call(kernel::verbs::kStatus, {});
    if (session.json()) return print_json(status);
    print_status(status, session.call(kernel::verbs::kList, {}));
  });
}

}  // namespace kubus::command
