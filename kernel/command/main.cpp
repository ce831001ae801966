// kubus: the command.
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <iostream>

#include "command/commands.h"
#include "command/table.h"
#include "supervisor/settings.h"

namespace kubus::command {
namespace {

// "kubus [--run-dir DIR] VERB ..." with a VERB that is an executable: becomes it.
void run_external(const CLI::App& app, int argc, char** argv) {
  int at = 1;
  const char* run_dir = nullptr;
  for (; at < argc && argv[at][0] == '-'; ++at) {
    std::string argument = argv[at];
    if (argument == "--run-dir" && at + 1 < argc)
      run_dir = argv[++at];
    else if (argument.starts_with("--run-dir="))
      run_dir = argv[at] + std::strlen("--run-dir=");
    else
      return;
  }
  if (at >= argc) return;
  for (const auto* known : app.get_subcommands([](const CLI::App*) { return true; }))
    if (known->get_name() == argv[at]) return;
  auto program = find_external(argv[at]);
  if (program.empty())
    throw Failure{2, "unknown verb \"" + std::string(argv[at]) + "\": see kubus --help"};
  if (run_dir) ::setenv("KUBUS_RUN_DIR", run_dir, 1);
  ::execv(program.c_str(), argv + at);
  throw Failure{126, program + ": " + std::strerror(errno)};
}

int run(int argc, char** argv) {
  Session session;
  CLI::App app{"Kubus: Kubernetes as a microkernel. This command talks to one kubusd."};
  app.set_version_flag("--version", std::string(kernel::own_version()));
  app.add_option("--run-dir", session.run_dir, "The run directory of the kubusd to talk to")
      ->envname("KUBUS_RUN_DIR")
      ->capture_default_str();
  app.require_subcommand(1);
  add_status_command(app, session);
  add_plugin_commands(app, session);
  add_bus_commands(app, session);
  add_config_commands(app, session);
  try {
    run_external(app, argc, argv);
    auto verbs = list_external();
    if (!verbs.empty())
      app.footer("More verbs, each with a --help of its own:\n  " + join(verbs, ", "));
    app.parse(argc, argv);
    return 0;
  } catch (const CLI::ParseError& e) {
    return app.exit(e);
  } catch (const Failure& failure) {
    if (!failure.message.empty()) std::cerr << "kubus: " << failure.message << "\n";
    return failure.code;
  }
}

}  // namespace
}  // namespace kubus::command

int main(int argc, char** argv) { return kubus::command::run(argc, argv); }
