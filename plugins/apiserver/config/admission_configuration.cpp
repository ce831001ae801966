#include "config/admission_configuration.h"

#include <algorithm>
#include <boost/json/value.hpp>
#include <filesystem>

#include "config/document.h"
#include "kubus/api/json_value.h"
#include "kubus/pki/files.h"

namespace kubus::apiserver::config {
namespace {

// What is written in the document comes before a file.
Result<std::string> configuration_of(const json::object& plugin, const std::string& path,
                                     const std::filesystem::path& directory) {
  std::string text, file;
  const auto* written = plugin.if_contains("configuration");
  if (written && !written->is_null()) {
    if (!written->is_object()) return wrong(path + ".configuration", "must be an object");
    append_json(*written, text);
    return text;
  }
  KUBUS_TRY(read_member(plugin, "path", path, file));
  if (file.empty()) return text;
  auto read = pki::read_file((directory / file).string());
  if (!read.ok()) return read.status().annotate(path + ".path");
  return read;
}

Result<std::map<std::string, std::string>> read_plugins(
    const json::object& document, const std::filesystem::path& directory,
    std::initializer_list<std::string_view> known) {
  KUBUS_TRY(check_members(document, "AdmissionConfiguration", {"apiVersion", "kind", "plugins"}));
  const auto plugins =
      read_objects(document, "plugins", "", {"name", "path", "configuration"});
  if (!plugins.ok()) return plugins.status();
  std::map<std::string, std::string> found;
  for (std::size_t i = 0; i < plugins->size(); ++i) {
    const auto path = at("plugins", i);
    std::string name;
    KUBUS_TRY(read_member(*(*plugins)[i], "name", path, name));
    if (std::find(known.begin(), known.end(), name) == known.end())
      return wrong(path + ".name",
                   "there is no plugin \"" + name + "\" that takes a configuration");
    auto text = configuration_of(*(*plugins)[i], path, directory);
    if (!text.ok()) return text.status();
    if (!found.emplace(name, std::move(*text)).second)
      return wrong(path + ".name", "Duplicate value: \"" + name + "\"");
  }
  return found;
}

}  // namespace

Result<std::map<std::string, std::string>> read_admission_configuration(
    const std::string& file, std::initializer_list<std::string_view> known) {
  const auto document = read(file, "apiserver.config.k8s.io/v1", "AdmissionConfiguration");
  if (!document.ok()) return document.status();
  auto plugins = read_plugins(*document, std::filesystem::path(file).parent_path(), known);
  if (!plugins.ok()) return plugins.status().annotate(file);
  return plugins;
}

}  // namespace kubus::apiserver::config
