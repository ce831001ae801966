// Library: one loaded plugin file, and the private copy it was loaded from.
//
// Thread safety: open() and close() from the loader's thread only; the rest is const.
//
// Each generation is loaded from a copy of its own, because the dynamic linker recognises a file it
// has already mapped and because a file that is overwritten in place takes its users with it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "kubus/plugin_abi.h"
#include "kubus/status.h"
#include "loader/manifest.h"

namespace kubus::kernel {

// A private copy of a plugin file, removed with this object.
class PluginCopy {
 public:
  // Copies `source` to "<directory>/<name>.<generation>.so" and reads the manifest of the copy.
  static Result<std::unique_ptr<PluginCopy>> make(const std::string& source,
                                                  const std::string& directory,
                                                  const std::string& name,
                                                  std::uint64_t generation);
  ~PluginCopy();
  PluginCopy(const PluginCopy&) = delete;
  PluginCopy& operator=(const PluginCopy&) = delete;

  const std::string& path() const { return path_; }
  const PluginFile& file() const { return file_; }

 private:
  explicit PluginCopy(std::string path) : path_(std::move(path)) {}
  std::string path_;
  PluginFile file_;
};

class Library {
 public:
  // Loads `path` (absolute) and checks the descriptor of its entry.
  static Result<std::unique_ptr<Library>> open(const std::string& path);
  ~Library();  // close()
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;

  const kubus_plugin_descriptor_v1* descriptor() const { return descriptor_; }
  // Unmaps the file. An error when it stays mapped, because code of it still runs or something pins
  // it. With KUBUS_NO_DLCLOSE set in the
  // environment, or built with sanitizers, it stays mapped on purpose and that is no error.
  Status close();

 private:
  struct Impl;
  Library(std::string path, std::unique_ptr<Impl> impl);
  std::string path_;
  std::unique_ptr<Impl> impl_;
  const kubus_plugin_descriptor_v1* descriptor_ = nullptr;
};

// Whether any mapping of this process comes from `path`.
bool is_mapped(const std::string& path);

}  // namespace kubus::kernel
