// ConfigStore: all configuration sources read once, and the typed values that follow from them for
// the kernel and for each plugin. Later sources win: default, main file, plugins.d, environment,
// --set.
//
// Thread safety: immutable after load(); a reload makes a new one.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "config/source.h"
#include "config/value.h"
#include "kubus/config.h"

namespace kubus::kernel {

struct ConfigSources {
  std::string main_file;  // empty: none
  std::vector<std::string> set_arguments;
  // The value of an environment variable or null; a seam for tests. Null: the process's own.
  std::function<const char*(const char*)> environment;
};

struct ResolvedValue {
  KeySpec spec;
  std::string text;  // canonical; a list has one value per line
  Origin origin;
};

// The values of one section. With errors, `values` still has every key (the offending ones keep
// what lies below), but nothing may be started from it.
struct Resolved {
  std::map<std::string, ResolvedValue, std::less<>> values;
  std::vector<ConfigError> errors;
  Config config() const;
  Status status() const;  // kInvalid with all errors, one per line
  void add(const std::vector<ConfigError>& more);
};

class ConfigStore {
 public:
  static ConfigStore load(const ConfigSources& sources);

  // Unreadable files and malformed lines.
  const std::vector<ConfigError>& source_errors() const { return errors_; }
  // The kernel's keys are those without a section, and the sections named in `schema`.
  Resolved kernel(const std::vector<KeySpec>& schema) const;
  // The section named after the plugin.
  Resolved plugin(const std::string& name, const std::vector<KeySpec>& schema) const;
  // Sections of the main file or --set that name neither a kernel key nor one of `plugins`.
  std::vector<ConfigError> unknown_sections(const std::vector<KeySpec>& kernel_schema,
                                            const std::set<std::string>& plugins) const;

 private:
  void add(SourceResult source, bool from_plugins_d);
  Resolved resolve(const std::string& section, const std::vector<KeySpec>& schema,
                   const std::function<bool(const std::string&)>& ours) const;

  struct Item {
    Entry entry;
    bool from_plugins_d = false;
  };
  std::vector<Item> files_;  // ascending precedence
  std::vector<Item> set_;
  std::vector<ConfigError> errors_;
  std::function<const char*(const char*)> environment_;
};

// "storage-sqlite.path" to "KUBUS_STORAGE_SQLITE_PATH".
std::string environment_name(std::string_view key);

}  // namespace kubus::kernel
