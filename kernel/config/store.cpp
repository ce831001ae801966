#include "config/store.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <numeric>

#include "config/schema.h"

namespace kubus::kernel {
namespace {

std::string first_segment(const std::string& key) { return key.substr(0, key.find('.')); }

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      auto substitute = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({substitute, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

std::string unknown_key_message(const std::string& key, const std::vector<KeySpec>& schema) {
  const KeySpec* best = nullptr;
  std::size_t best_distance = 3;
  for (const auto& spec : schema) {
    auto distance = edit_distance(key, spec.key);
    if (distance < best_distance) best = &spec, best_distance = distance;
  }
  return best ? "unknown key, did you mean " + best->key + "?" : "unknown key";
}

// Those keys may be set for a plugin that is not installed.
bool is_common_key(const std::string& key) {
  const auto& common = common_plugin_schema();
  return std::any_of(common.begin(), common.end(), [&](const auto& s) { return s.key == key; });
}

// The canonical text of an entry's value for `spec`.
Result<std::string> typed_text(const KeySpec& spec, const Entry& entry) {
  if (spec.type == ValueType::kList)
    return join(entry.is_list ? entry.items : split_list(entry.items.front()), "\n");
  if (entry.is_list)
    return Status(Code::kInvalid,
                  "expected a " + std::string(value_type_name(spec.type)) + ", found a list");
  auto text = canonical_value(spec.type, entry.items.front());
  const auto words = split_list(spec.words);
  if (text.ok() && !words.empty() && std::find(words.begin(), words.end(), *text) == words.end())
    return Status(Code::kInvalid, "expected one of " + spec.words + ", found \"" + *text + "\"");
  return text;
}

}  // namespace

Config Resolved::config() const {
  Config::Values texts;
  for (const auto& [key, value] : values) texts.emplace(key, value.text);
  return Config(std::move(texts));
}

Status Resolved::status() const {
  if (errors.empty()) return {};
  std::string text;
  for (const auto& error : errors) text += (text.empty() ? "" : "\n") + error.to_string();
  return Status(Code::kInvalid, text);
}

void Resolved::add(const std::vector<ConfigError>& more) {
  errors.insert(errors.end(), more.begin(), more.end());
}

std::string environment_name(std::string_view key) {
  std::string name = "KUBUS_";
  for (char c : key)
    name +=
        c == '.' || c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return name;
}

void ConfigStore::add(SourceResult source, bool from_plugins_d) {
  for (auto& entry : source.entries) files_.push_back({std::move(entry), from_plugins_d});
  std::move(source.errors.begin(), source.errors.end(), std::back_inserter(errors_));
}

ConfigStore ConfigStore::load(const ConfigSources& sources) {
  namespace fs = std::filesystem;
  ConfigStore store;
  store.environment_ = sources.environment;
  if (!store.environment_)
    store.environment_ = [](const char* name) -> const char* { return std::getenv(name); };
  if (!sources.main_file.empty()) {
    store.add(read_config_file(sources.main_file, ""), false);
    std::error_code ignored;
    std::vector<fs::path> files;
    for (const auto& file :
         fs::directory_iterator(fs::path(sources.main_file).parent_path() / "plugins.d", ignored)) {
      auto extension = file.path().extension();
      if (extension == ".yaml" || extension == ".yml" || extension == ".ini")
        files.push_back(file.path());
    }
    std::sort(files.begin(), files.end());
    for (const auto& file : files) store.add(read_config_file(file, file.stem().string()), true);
  }
  auto set = parse_set_arguments(sources.set_arguments);
  for (auto& entry : set.entries) store.set_.push_back({std::move(entry), false});
  std::move(set.errors.begin(), set.errors.end(), std::back_inserter(store.errors_));
  return store;
}

Resolved ConfigStore::resolve(const std::string& section, const std::vector<KeySpec>& schema,
                              const std::function<bool(const std::string&)>& ours) const {
  Resolved resolved;
  const std::string prefix = section.empty() ? "" : section + ".";
  for (const auto& spec : schema) resolved.values[spec.key] = {spec, spec.default_text, {}};
  auto apply = [&](const Entry& entry) {
    auto key = entry.key.substr(prefix.size());
    auto found = resolved.values.find(key);
    if (found == resolved.values.end()) {
      resolved.errors.push_back({entry.origin, entry.key, unknown_key_message(key, schema)});
      return;
    }
    auto text = typed_text(found->second.spec, entry);
    if (!text.ok()) {
      resolved.errors.push_back({entry.origin, entry.key, text.status().message()});
      return;
    }
    found->second.text = std::move(*text);
    found->second.origin = entry.origin;
  };
  for (const auto& item : files_)
    if (ours(item.entry.key)) apply(item.entry);
  for (const auto& spec : schema) {
    auto name = environment_name(prefix + spec.key);
    if (const char* value = environment_(name.c_str()))
      apply({prefix + spec.key, {value}, false, {"environment " + name, 0}});
  }
  for (const auto& item : set_)
    if (ours(item.entry.key)) apply(item.entry);
  return resolved;
}

Resolved ConfigStore::kernel(const std::vector<KeySpec>& schema) const {
  std::set<std::string> segments;
  for (const auto& spec : schema) segments.insert(first_segment(spec.key));
  return resolve("", schema, [&](const std::string& key) {
    return key.find('.') == std::string::npos || segments.contains(first_segment(key));
  });
}

Resolved ConfigStore::plugin(const std::string& name, const std::vector<KeySpec>& schema) const {
  return resolve(name, schema, [&](const std::string& key) { return key.starts_with(name + "."); });
}

std::vector<ConfigError> ConfigStore::unknown_sections(const std::vector<KeySpec>& kernel_schema,
                                                       const std::set<std::string>& plugins) const {
  std::set<std::string> known = plugins;
  for (const auto& spec : kernel_schema) known.insert(first_segment(spec.key));
  std::vector<ConfigError> errors;
  for (const auto* items : {&files_, &set_})
    for (const auto& item : *items) {
      const auto& key = item.entry.key;
      if (item.from_plugins_d || key.find('.') == std::string::npos ||
          known.contains(first_segment(key)) || is_common_key(key.substr(key.find('.') + 1)))
        continue;
      errors.push_back(
          {item.entry.origin, key,
           "unknown key: the kernel has none such and no plugin is called " + first_segment(key)});
    }
  return errors;
}

}  // namespace kubus::kernel
