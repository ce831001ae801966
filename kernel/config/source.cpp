#include "config/source.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

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

Result<std::string> read_text_file(const std::string& path, std::size_t limit) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return Status(Code::kNotFound, "cannot read " + path + ": " + std::strerror(errno));
  std::string text(limit + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > limit) return Status(Code::kRequestEntityTooLarge, path + " is too large");
  return text;
}

SourceResult read_config_file(const std::string& path, const std::string& prefix) {
  SourceResult failed;
  auto text = read_text_file(path);
  if (!text.ok()) {
    failed.errors.push_back({{path, 0}, "", text.status().message()});
    return failed;
  }
  auto extension = std::filesystem::path(path).extension();
  if (extension == ".ini") return parse_ini(*text, path, prefix);
  if (extension == ".yaml" || extension == ".yml") return parse_yaml(*text, path, prefix);
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
