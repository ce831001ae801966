// A tar stream behind an optional compression, read through libarchive, with digests of both.
//
// Thread safety: an object belongs to one thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "kubus/status.h"
#include "layer_writer.h"

namespace kubus::runtime_oci {

class TarReader {
 public:
  // At most `max_bytes` come out of the decompression.
  static Result<std::unique_ptr<TarReader>> open(const std::string& file, std::uint64_t max_bytes);
  ~TarReader();
  // False at the end. The entry's content is read with data() before the next call.
  Result<bool> next(LayerEntry& entry);
  Result<bool> data(LayerBlock& block);
  // Reads what is left; then both digests are known.
  Status drain();
  std::string blob_digest();
  std::string diff_id();

 private:
  TarReader();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace kubus::runtime_oci
