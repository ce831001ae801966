// Where configuration comes from: files in YAML or INI, `--set` arguments, the environment. Every
// source yields the same flat entries, each of which knows where it was written.
//
// Thread safety: pure functions on their arguments and the file system.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kubus/status.h"

namespace kubus::kernel {

// "kubus.yaml:12", "--set", "environment KUBUS_LOG_LEVEL" or "default".
struct Origin {
  std::string source = "default";
  int line = 0;  // 0: the source has no lines
  std::string to_string() const;
};

struct Entry {
  std::string key;  // dotted: "log.level", "storage-sqlite.path"
  std::vector<std::string> items;
  bool is_list = false;  // written as a list; a scalar has exactly one item
  Origin origin;
};

struct ConfigError {
  Origin origin;
  std::string key;
  std::string message;
  // "kubus.yaml:12: log.levle: unknown key"
  std::string to_string() const;
};

struct SourceResult {
  std::vector<Entry> entries;
  std::vector<ConfigError> errors;
  void add_duplicate_errors();
};

// Each prefixes every key with `prefix` and a dot, unless it is empty. `name` is what errors call
// the file.
SourceResult parse_yaml(std::string_view text, const std::string& name, const std::string& prefix);
SourceResult parse_ini(std::string_view text, const std::string& name, const std::string& prefix);
// By extension: .yaml, .yml or .ini.
SourceResult read_config_file(const std::string& path, const std::string& prefix);
// `arguments` are "a.b=c"; commas separate the values of a list.
SourceResult parse_set_arguments(const std::vector<std::string>& arguments);

}  // namespace kubus::kernel
