#include <iostream>
#include <memory>

#include "command/commands.h"
#include "command/table.h"
#include "config/schema.h"
#include "supervisor/settings.h"

namespace kubus::command {
namespace {

void show(Session& session, const std::string& section) {
  kernel::ConfigRequest request;
  request.set_section(section);
  auto reply = session.call(kernel::verbs::kConfig, request);
  if (session.json()) return print_json(reply);
  if (reply.values().empty()) throw Failure{1, "no plugin is called \"" + section + "\""};
  Table table({"KEY", "VALUE", "FROM", "RELOAD"});
  for (const auto& value : reply.values())
    table.row({value.section().empty() ? value.key() : value.section() + "." + value.key(),
               value.value(), value.origin(), value.reload() ? "yes" : "no"});
  table.print(std::cout);
}

std::string yaml_scalar(const kernel::KeySpec& spec) {
  if (spec.type == kernel::ValueType::kList)
    return spec.default_text.empty() ? "[]" : "[" + one_line(spec.default_text) + "]";
  bool quoted = spec.default_text.empty() ||
                spec.default_text.find_first_of(":#'\"{}[]") != std::string::npos;
  return quoted ? "\"" + spec.default_text + "\"" : spec.default_text;
}

void print_key(const kernel::KeySpec& spec, const std::string& indent) {
  std::cout << indent << "# " << spec.help << " (" << value_type_name(spec.type)
            << (spec.reload ? ", changeable at run time" : "") << ")\n"
            << indent << spec.key.substr(spec.key.find('.') + 1) << ": " << yaml_scalar(spec)
            << "\n";
}

// A complete kubus.yaml with every key at its default. It needs no kubusd.
void print_defaults() {
  std::string group;
  for (const auto& spec : kernel::kernel_schema(kernel::Layout::find().plugin_dir)) {
    auto dot = spec.key.find('.');
    auto own = dot == std::string::npos ? "" : spec.key.substr(0, dot);
    if (!own.empty() && own != group) std::cout << own << ":\n";
    group = own;
    print_key(spec, own.empty() ? "" : "  ");
  }
  std::cout << "\n# Every plugin has a section of its own name, or a file "
               "plugins.d/NAME.yaml, with the keys\n# of its manifest (kubus plugin inspect FILE) "
               "and these:\n";
  for (const auto& spec : kernel::common_plugin_schema())
    std::cout << "#   " << spec.key << ": " << yaml_scalar(spec) << "  # " << spec.help << "\n";
}

}  // namespace

void add_config_commands(CLI::App& app, Session& session) {
  auto* group = app.add_subcommand("config", "The configuration in force, and its sources");
  add_output_option(*group, session);
  auto section = std::make_shared<std::string>();
  auto* show_command = group->add_subcommand("show", "Every value and where it comes from");
  show_command->add_option("plugin", *section, "Only the section of this plugin");
  add_output_option(*show_command, session);
  auto* defaults = group->add_subcommand("default", "A kubus.yaml with every key at its default");
  auto* reload = group->add_subcommand("reload", "Read the files again, as SIGHUP does");
  defaults->callback(print_defaults);
  reload->callback([&session] {
    auto reply = session.call(kernel::verbs::kReload, {});
    for (const auto& key : reply.changed()) std::cout << key << " changed\n";
    for (const auto& key : reply.need_restart())
      std::cout << key << " changes with the next restart\n";
  });
  group->callback([&session, group, show_command, section] {
    if (show_command->parsed() || group->get_subcommands().empty()) show(session, *section);
  });
}

}  // namespace kubus::command
