// The verbs of the kubus command. Each registers itself with the parser; its callback does the
// work and throws Failure.
//
// Thread safety: none; the main thread's.
#pragma once

#include <CLI/CLI.hpp>
#include <map>
#include <string>

#include "command/session.h"

namespace kubus::command {

void add_status_command(CLI::App& app, Session& session);
void add_plugin_commands(CLI::App& app, Session& session);
void add_bus_commands(CLI::App& app, Session& session);
void add_config_commands(CLI::App& app, Session& session);
// -o on a command that can print JSON.
void add_output_option(CLI::App& command, Session& session);

// Writes the project of a new plugin into the folder `name`. Throws Failure.
void write_new_plugin(const std::string& name);
// Prints what a plugin file says of itself, without running it. Throws Failure.
void inspect_file(const std::string& path, bool json);

// The verbs that are executables, and which; the first directory that has one wins.
std::map<std::string, std::string> external_verbs();

}  // namespace kubus::command
