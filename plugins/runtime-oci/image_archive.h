// What an archive or an OCI layout directory offers: images with their configuration and layers.
//
// Thread safety: an object belongs to one thread at a time; everything blocks.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "kubus/status.h"

namespace kubus::runtime_oci {

struct OfferedLayer {
  std::string file;
  std::string digest;  // of the file, as promised; empty when nothing was promised
};

struct OfferedImage {
  std::vector<std::string> names;  // as the archive spells them
  std::string manifest;            // text; empty in a docker-archive
  std::string config;              // text
  std::vector<OfferedLayer> layers;
};

class ImageArchive {
 public:
  // Unpacks the archive's files into `scratch`, an empty directory that must outlive the object.
  static Result<ImageArchive> from_file(const std::string& file, const std::string& scratch,
                                        std::uint64_t max_bytes);
  // `blobs` holds sha256/<digits> files (skopeo's shared blob directory).
  static ImageArchive from_layout(const std::string& directory, const std::string& blobs);

  // Every image in it that fits this machine. Digests of manifests and configurations are verified.
  Result<std::vector<OfferedImage>> images() const;

 private:
  Result<std::string> file_of(const std::string& name) const;
  Result<std::string> text_of(const std::string& name) const;
  Result<std::string> blob_text(const std::string& digest) const;
  Result<OfferedImage> oci_image(const std::string& digest) const;
  Result<std::vector<OfferedImage>> oci_images() const;
  Result<std::vector<OfferedImage>> docker_images() const;

  std::map<std::string, std::string> files_;  // name in the archive -> path
  std::map<std::string, std::string> links_;  // symbolic links in the archive
  std::string blobs_;
};

}  // namespace kubus::runtime_oci
