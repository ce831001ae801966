// Manifest: what a plugin file says of itself, read before any of its code runs. The keys are
// described in kernel/MANIFEST.md.
//
// Thread safety: a value; the functions are pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/value.h"
#include "kubus/status.h"
#include "kubus/unique_fd.h"

namespace kubus::kernel {

inline constexpr std::size_t kManifestLimit = 64 << 10;

enum class Isolation { kEither, kInProcess, kProcess };
std::string_view isolation_name(Isolation isolation);

struct Manifest {
  std::string name;
  std::string version = "0.0.0";
  std::string description;
  std::string status = "wip";  // stable, beta or wip
  std::vector<std::string> provides;
  std::vector<std::string> requires_;
  // Each one a JSON object; what is in them concerns others than the kernel.
  std::vector<std::string> permissions;
  Isolation isolation = Isolation::kEither;
  bool third_party = false;
  std::int64_t threads = 4;
  std::vector<KeySpec> config;
};

// All mistakes in one message, each with its line.
Result<Manifest> parse_manifest(std::string_view text);

struct PluginFile {
  Manifest manifest;
  std::string abi_tag;
  std::string text;  // of the manifest, as written
};

// From the sections .kubus.manifest and .kubus.abi of an open file.
Result<PluginFile> read_plugin_file(int fd);

// Opens `path` for reading if nobody but this user (or root) can change it or put another in its
// place. No message names the path: it is the caller's to say.
Result<UniqueFd> open_trusted(const std::string& path);
Result<PluginFile> read_trusted_plugin_file(const std::string& path);

}  // namespace kubus::kernel
