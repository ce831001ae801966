// kubus: the command.
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <iostream>

#include "command/commands.h"
#include "supervisor/settings.h"

namespace kubus::command {
namespace {

// "kubus [--run-dir DIR] VERB ..." with a VERB that is an executable: becomes it.
void run_external(const CLI::App& app, const std::map<std::string, std::string>& verbs, int argc,
                  char** argv) {
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
  auto found = verbs.find(argv[at]);
  if (found == verbs.end()) return;
  const auto clusters = run_dirs();
  // A verb that destroys has to know whether this very cluster was asked for.
  const char* from = run_dir ? "option" : std::getenv("KUBUS_RUN_DIR") ? "environment" : "search";
  ::setenv("KUBUS_RUN_DIR_FROM", from, 1);
  if (run_dir) ::setenv("KUBUS_RUN_DIR", run_dir, 1);
  if (clusters.size() == 1) ::setenv("KUBUS_RUN_DIR", clusters.front().c_str(), 0);
  ::execv(found->second.c_str(), argv + at);
  throw Failure{126, found->second + ": " + std::strerror(errno)};
}

int run(int argc, char** argv) {
  Session session;
  CLI::App app{"Kubus: Kubernetes as a microkernel. This command talks to one kubusd."};
  app.set_version_flag("--version", std::string(kernel::own_version()));
  app.add_option("--run-dir", session.run_dir,
                 "Run directory of the kubusd to talk to; else the only one in /run/kubus")
      ->envname("KUBUS_RUN_DIR");
  app.require_subcommand(1);
  add_status_command(app, session);
  add_plugin_commands(app, session);
  add_bus_commands(app, session);
  add_config_commands(app, session);
  try {
    const auto external = external_verbs();
    run_external(app, external, argc, argv);
    std::string verbs;
    for (const auto& [verb, program] : external) verbs += "\n  " + verb;
    if (!verbs.empty()) app.footer("More verbs, each with a --help of its own:" + verbs);
    app.parse(argc, argv);
    return 0;
  } catch (const CLI::ParseError& e) {
    // To the parser, a verb that does not exist is one that is missing.
    const auto extra = app.remaining(true);
    if (e.get_exit_code() != static_cast<int>(CLI::ExitCodes::RequiredError) || extra.empty() ||
        extra.front().starts_with("-"))
      return app.exit(e);
    std::string group = "kubus";
    for (const auto* known : app.get_subcommands()) group += " " + known->get_name();
    std::cerr << "kubus: unknown verb \"" << extra.front() << "\": see " << group << " --help\n";
    return 2;
  } catch (const Failure& failure) {
    if (!failure.message.empty()) std::cerr << "kubus: " << failure.message << "\n";
    return failure.code;
  }
}

}  // namespace
}  // namespace kubus::command

int main(int argc, char** argv) { return kubus::command::run(argc, argv); }
