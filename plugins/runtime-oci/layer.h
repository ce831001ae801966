// Unpacks one layer blob (tar; plain or gzip, zstd, xz, bzip2) into a directory for overlayfs.
//
// Thread safety: free functions, any thread; they block.
#pragma once

#include <cstdint>
#include <string>

#include "kubus/status.h"
#include "layer_writer.h"

namespace kubus::runtime_oci {

struct UnpackedLayer {
  std::string blob_digest;  // of the file as it is
  std::string diff_id;      // of the tar inside
  std::uint64_t bytes = 0;
  std::uint64_t entries = 0;
};

// `directory` must be empty. The digests are computed in the same pass; compare them before use. On
// failure the directory holds rubbish: remove it.
Result<UnpackedLayer> unpack_layer(const std::string& blob, const std::string& directory,
                                   LayerLimits limits);

}  // namespace kubus::runtime_oci
