// The table of stored images and layers, and its file.
//
// Thread safety: a value.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "kubus/status.h"
#include "manifest.h"

namespace kubus::runtime_oci {

struct StoredLayer {
  std::uint64_t number = 0;  // its directory's name
  std::uint64_t bytes = 0;
  std::uint64_t entries = 0;
};

struct StoredImage {
  std::string id;                    // digest of the configuration
  std::vector<std::string> tags;     // "docker.io/library/busybox:1"
  std::vector<std::string> digests;  // "docker.io/library/busybox@sha256:..."
  std::vector<std::string> layers;   // diff ids, lowest first
  std::vector<std::string> blobs;    // digests of the files kept for it
  std::uint64_t bytes = 0;
  ImageConfig config;  // not in the index file: read from its blob
};

struct ImageIndex {
  std::uint64_t next_layer = 1;               // 0 is the empty one
  std::map<std::string, StoredLayer> layers;  // by diff id
  std::map<std::string, StoredImage> images;  // by id

  std::string to_json() const;
  static Result<ImageIndex> from_json(std::string_view text);
};

}  // namespace kubus::runtime_oci
