// The images of the node: blobs by digest, layers unpacked once and shared read-only, names.
//
// Thread safety: all members from any thread; load(), import() and remove() block on the disk.
//
// Directory: index.json, blobs/sha256/<digits>, layers/<number> (what overlayfs stacks),
// used/<digits> (its time is that of the last use), ingest/ (scratch). An image that is in the
// index is wholly on disk, also after a power failure; what is not in it is removed at open().
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "image_archive.h"
#include "image_index.h"
#include "kubus/runtime.pb.h"
#include "kubus/status.h"
#include "layer_writer.h"

namespace kubus::runtime_oci {

class ImageStore {
 public:
  // Nobody else may use the directory: what the index does not know is removed.
  static Result<std::unique_ptr<ImageStore>> open(std::string directory, LayerLimits limits);

  // The images of an OCI or docker archive. `name`, if given, replaces the archive's names.
  Result<std::vector<runtime::Image>> load(const std::string& file, const std::string& name);
  // What skopeo left in `layout`, with its blobs already under blobs_directory(). `name` and
  // `repo_digest` are normalised; either may be empty.
  Result<runtime::Image> import(const std::string& layout, const std::string& name,
                                const std::string& repo_digest);

  std::vector<runtime::Image> list() const;
  // By tag, repository digest, id, or unique beginning of an id (at least six digits); NotFound.
  Result<runtime::Image> find(const std::string& text) const;

  struct Lease {
    StoredImage image;
    std::vector<std::string> lowers;  // uppermost first
  };
  // Keeps the image from removal until release(id) was called as often.
  Result<Lease> acquire(const std::string& text);
  void release(const std::string& id);
  // Conflict while it is in use. A tag among several goes alone and nothing is removed.
  struct Removed {
    bool image = false;
    std::string id;
    std::uint64_t bytes = 0;
  };
  Result<Removed> remove(const std::string& text);
  // Ids of unused images, least recently used first, that were not used since `before_ns`.
  std::vector<std::string> unused(std::int64_t before_ns) const;

  std::uint64_t bytes() const;
  std::uint64_t entries() const;
  const std::string& directory() const { return directory_; }
  std::string blobs_directory() const { return directory_ + "/blobs"; }
  // A new empty directory below ingest/.
  Result<std::string> scratch() const;

 private:
  ImageStore(std::string directory, LayerLimits limits);
  Status prepare();
  Status read_index();
  void sweep();
  Status save(const ImageIndex& index) const;
  std::string blob_path(const std::string& digest) const;
  std::string layer_path(std::uint64_t number) const;

  struct Addition {
    StoredImage image;
    std::map<std::string, StoredLayer> new_layers;
  };
  Result<Addition> unpack(const OfferedImage& offer);
  Result<StoredLayer> unpack_one(const OfferedLayer& layer, const std::string& diff_id);
  Status keep_blob(const std::string& text, StoredImage& image) const;
  Result<runtime::Image> commit(Addition addition, const std::vector<std::string>& names,
                                const std::string& repo_digest);
  // With mutex_ held.
  const StoredImage* lookup(const std::string& text) const;
  runtime::Image describe(const StoredImage& image) const;
  std::int64_t last_used(const std::string& id) const;
  void mark_used(const std::string& id) const;
  // Directories and blobs that no image refers to any more.
  void collect(const StoredImage& gone);

  const std::string directory_;
  const LayerLimits limits_;
  std::mutex change_;  // one load, import or removal at a time; taken before mutex_
  mutable std::mutex mutex_;
  ImageIndex index_;
  std::map<std::string, int> uses_;
};

}  // namespace kubus::runtime_oci
