#include "layer.h"

#include <fcntl.h>

#include "tar_reader.h"

namespace kubus::runtime_oci {

Result<UnpackedLayer> unpack_layer(const std::string& blob, const std::string& directory,
                                   LayerLimits limits) {
  UniqueFd root(::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!root) return errno_status(directory);
  LayerWriter writer(std::move(root), limits);
  // Headers and padding come on top of the contents.
  const auto headers = std::min<std::uint64_t>(limits.entries, 1'000'000) * 2048;
  auto reader = TarReader::open(blob, limits.bytes + headers);
  if (!reader.ok()) return reader.status();
  const LayerData data = [&](LayerBlock& block) { return (*reader)->data(block); };
  for (;;) {
    LayerEntry entry;
    const auto more = (*reader)->next(entry);
    if (!more.ok()) return more.status();
    if (!*more) break;
    KUBUS_TRY(writer.add(entry, data));
  }
  KUBUS_TRY((*reader)->drain());
  KUBUS_TRY(writer.finish());
  UnpackedLayer result;
  result.blob_digest = (*reader)->blob_digest();
  result.diff_id = (*reader)->diff_id();
  result.bytes = writer.bytes();
  result.entries = writer.entries();
  return result;
}

}  // namespace kubus::runtime_oci
