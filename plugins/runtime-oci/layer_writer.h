// Writes the entries of an image layer below one directory, in the form overlayfs stacks.
//
// Thread safety: an object belongs to one thread at a time.
//
// Entries are hostile until shown otherwise: no name leads outside the directory, whatever symlinks
// and hard links came before it; what is tried is refused with code Invalid.
#pragma once

#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "files.h"
#include "kubus/status.h"

namespace kubus::runtime_oci {

struct LayerLimits {
  std::uint64_t bytes = std::uint64_t{64} << 30;
  std::uint64_t entries = 4'000'000;
};

struct LayerEntry {
  std::string path;
  mode_t mode = 0;  // type and permissions
  uid_t uid = 0;
  gid_t gid = 0;
  timespec mtime{};
  dev_t device = 0;
  bool hard_link = false;
  std::string target;  // of a hard or symbolic link
  std::vector<std::pair<std::string, std::string>> xattrs;
};

// Hands out the blocks of a file's content: offset and bytes; false at the end.
struct LayerBlock {
  std::uint64_t offset = 0;
  std::string_view data;
};
using LayerData = std::function<Result<bool>(LayerBlock&)>;

// "a/b" for "./a//b" and "/a/b"; Invalid for a name with "..".
Result<std::string> clean_layer_path(std::string_view path);

class LayerWriter {
 public:
  LayerWriter(UniqueFd root, LayerLimits limits) : root_(std::move(root)), limits_(limits) {}
  Status add(const LayerEntry& entry, const LayerData& data);
  // Sets the times of directories, which the writing of their files changed.
  Status finish();
  std::uint64_t bytes() const { return bytes_; }
  std::uint64_t entries() const { return entries_; }

 private:
  Result<UniqueFd> parent_of(const std::string& path);
  Result<UniqueFd> make_parents(const std::string& path);
  Status whiteout(int parent, const std::string& name);
  Status make_opaque(int parent, const std::string& name);
  // Removes what an earlier entry left; true: it was a whiteout.
  Result<bool> clear(int parent, const std::string& name, bool keep_directory);
  Status write_regular(int parent, const std::string& name, const LayerEntry& entry,
                       const LayerData& data);
  Status write_directory(int parent, const std::string& name, const std::string& path,
                         const LayerEntry& entry, bool over_whiteout);
  Status write_hard_link(int parent, const std::string& name, const LayerEntry& entry);
  Status write_other(int parent, const std::string& name, const LayerEntry& entry);
  Status set_root(const LayerEntry& entry);

  const UniqueFd root_;
  const LayerLimits limits_;
  std::uint64_t bytes_ = 0;
  std::uint64_t entries_ = 0;
  std::vector<std::pair<std::string, timespec>> directories_;
};

}  // namespace kubus::runtime_oci
