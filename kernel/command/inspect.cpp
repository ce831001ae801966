#include <fcntl.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_from.hpp>
#include <cerrno>
#include <cstring>
#include <iostream>

#include "command/commands.h"
#include "command/table.h"
#include "loader/manifest.h"

namespace kubus::command {
namespace {

namespace json = boost::json;
using kernel::PluginFile;

void print_as_json(const PluginFile& file) {
  const auto& manifest = file.manifest;
  json::array config;
  for (const auto& spec : manifest.config)
    config.push_back(json::object{{"key", spec.key},
                                  {"type", json::string(kernel::value_type_name(spec.type))},
                                  {"default", spec.default_text},
                                  {"unit", spec.unit},
                                  {"help", spec.help},
                                  {"reload", spec.reload}});
  json::array permissions;
  for (const auto& rule : manifest.permissions) permissions.push_back(json::parse(rule));
  json::object object{{"name", manifest.name},
                      {"version", manifest.version},
                      {"description", manifest.description},
                      {"status", manifest.status},
                      {"abi", file.abi_tag},
                      {"provides", json::value_from(manifest.provides)},
                      {"requires", json::value_from(manifest.requires_)},
                      {"permissions", permissions},
                      {"isolation", json::string(kernel::isolation_name(manifest.isolation))},
                      {"trust", manifest.third_party ? "third-party" : "core"},
                      {"threads", manifest.threads},
                      {"config", config}};
  std::cout << json::serialize(object) << "\n";
}

void print_for_people(const PluginFile& file) {
  const auto& manifest = file.manifest;
  auto line = [](const std::string& key, const std::string& value) {
    if (!value.empty()) std::cout << key << std::string(14 - key.size(), ' ') << value << "\n";
  };
  line("name", manifest.name);
  line("version", manifest.version);
  line("description", manifest.description);
  line("status", manifest.status);
  line("abi", file.abi_tag);
  line("provides", join(manifest.provides, ", "));
  line("requires", join(manifest.requires_, ", "));
  line("isolation", std::string(kernel::isolation_name(manifest.isolation)));
  line("trust", manifest.third_party ? "third-party" : "core");
  line("threads", std::to_string(manifest.threads));
  line("permissions", join(manifest.permissions, "\n              "));
  if (manifest.config.empty()) return;
  std::cout << "\n";
  Table table({"KEY", "TYPE", "DEFAULT", "UNIT", "RELOAD", "HELP"});
  for (const auto& spec : manifest.config)
    table.row({spec.key, std::string(kernel::value_type_name(spec.type)), spec.default_text,
               spec.unit, spec.reload ? "yes" : "no", spec.help});
  table.print(std::cout);
}

}  // namespace

void inspect_file(const std::string& path, bool as_json) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) throw Failure{1, path + ": " + std::strerror(errno)};
  auto file = kernel::read_plugin_file(fd.get());
  if (!file.ok()) throw Failure{1, path + ": " + file.status().message()};
  if (as_json)
    print_as_json(*file);
  else
    print_for_people(*file);
}

}  // namespace kubus::command
