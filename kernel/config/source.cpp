#include "config/source.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>

namespace kubus::kernel {

std::string Origin::to_string() const {
  return line > 0 ? source + ":" + std::to_string(line) : source;
}

std::string ConfigError::to_string() const {
  return origin.to_string() + ": " + (key.empty() ? "" : key + ": ") + message;
}

void SourceResult::add_duplicate_errors() {
  std::map<std::string, int> first_line;
  for (const auto& entry : entries) {
    auto [seen, inserted] = first_line.emplace(entry.key, entry.origin.line);
    if (!inserted)
      errors.push_back(
          {entry.origin, entry.key, "set twice, first on line " + std::to_string(seen->second)});
  }
}

SourceResult read_config_file(const std::string& path, const std::string& prefix) {
  SourceResult failed;
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    failed.errors.push_back(
        {{path, 0}, "", std::string("cannot be read: ") + std::strerror(errno)});
    return failed;
  }
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  auto extension = std::filesystem::path(path).extension();
  if (extension == ".ini") return parse_ini(text, path, prefix);
  if (extension == ".yaml" || extension == ".yml") return parse_yaml(text, path, prefix);
  failed.errors.push_back({{path, 0}, "", "the name must end in .yaml or .ini"});
  return failed;
}

SourceResult parse_set_arguments(const std::vector<std::string>& arguments) {
  SourceResult result;
  for (const auto& argument : arguments) {
    Origin origin{"--set", 0};
    auto equals = argument.find('=');
    if (equals == std::string::npos || equals == 0) {
      result.errors.push_back({origin, argument, "expected KEY=VALUE"});
      continue;
    }
    result.entries.push_back(
        {argument.substr(0, equals), {argument.substr(equals + 1)}, false, origin});
  }
  return result;
}

}  // namespace kubus::kernel
