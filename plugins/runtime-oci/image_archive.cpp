#include "image_archive.h"

#include <fcntl.h>

#include <filesystem>

#include "digest.h"
#include "files.h"
#include "manifest.h"
#include "reference.h"
#include "tar_reader.h"

namespace kubus::runtime_oci {
namespace {

constexpr std::size_t kMaxDocument = 8u << 20;
constexpr int kMaxIndexDepth = 4;

// The path a link in the archive means, from the top of the archive.
std::string link_target(const std::string& link, const std::string& target) {
  const auto base = std::filesystem::path(link).parent_path();
  return (base / target).lexically_normal().string();
}

Status write_content(TarReader& reader, const std::string& path) {
  const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!fd) return errno_status(path);
  for (;;) {
    LayerBlock block;
    const auto more = reader.data(block);
    if (!more.ok()) return more.status();
    if (!*more) return {};
    KUBUS_TRY(write_all(fd.get(), block.data));
  }
}

// A tag alone ("latest") does not name an image.
bool names_image(const std::string& name) {
  return !name.empty() && name != "latest" && Reference::parse(name).ok();
}

std::vector<std::string> names_of(const Descriptor& descriptor) {
  for (const char* key : {"io.containerd.image.name", "org.opencontainers.image.ref.name"}) {
    const auto found = descriptor.annotations.find(key);
    if (found != descriptor.annotations.end() && names_image(found->second)) return {found->second};
  }
  return {};
}

}  // namespace

Result<ImageArchive> ImageArchive::from_file(const std::string& file, const std::string& scratch,
                                             std::uint64_t max_bytes) {
  auto reader = TarReader::open(file, max_bytes);
  if (!reader.ok()) return reader.status();
  ImageArchive self;
  for (std::size_t number = 0;; ++number) {
    LayerEntry entry;
    const auto more = (*reader)->next(entry);
    if (!more.ok()) return more.status();
    if (!*more) break;
    const auto name = clean_layer_path(entry.path);
    if (!name.ok()) return name.status();
    if (entry.hard_link || S_ISLNK(entry.mode)) {
      self.links_[*name] = entry.hard_link ? entry.target : link_target(*name, entry.target);
      continue;
    }
    if (!S_ISREG(entry.mode)) continue;
    // Files of the scratch directory have names of ours: those of the archive are only keys.
    const auto path = scratch + "/" + std::to_string(number);
    KUBUS_TRY(write_content(**reader, path));
    self.files_[*name] = path;
  }
  return self;
}

ImageArchive ImageArchive::from_layout(const std::string& directory, const std::string& blobs) {
  ImageArchive self;
  self.files_["index.json"] = directory + "/index.json";
  self.files_["oci-layout"] = directory + "/oci-layout";
  self.blobs_ = blobs;
  return self;
}

Result<std::string> ImageArchive::file_of(const std::string& name) const {
  std::string at = name;
  for (int hops = 0; hops < 8; ++hops) {
    if (const auto found = files_.find(at); found != files_.end()) return found->second;
    const auto link = links_.find(at);
    if (link == links_.end()) break;
    at = link->second;
  }
  if (!blobs_.empty() && name.starts_with("blobs/")) return blobs_ + name.substr(5);
  return Status(Code::kInvalid, "the archive lacks " + name);
}

Result<std::string> ImageArchive::text_of(const std::string& name) const {
  const auto file = file_of(name);
  if (!file.ok()) return file.status();
  return read_file(*file, kMaxDocument);
}

Result<std::string> ImageArchive::blob_text(const std::string& digest) const {
  auto text = text_of("blobs/sha256/" + digest_hex(digest));
  if (text.ok() && sha256_of(*text) != digest)
    return Status(Code::kInvalid, "content does not match its digest " + digest);
  return text;
}

Result<OfferedImage> ImageArchive::oci_image(const std::string& top) const {
  std::string digest = top;
  for (int depth = 0; depth < kMaxIndexDepth; ++depth) {
    auto text = blob_text(digest);
    if (!text.ok()) return text.status();
    const auto manifest = parse_manifest(*text);
    if (!manifest.ok()) return manifest.status();
    if (manifest->is_index) {
      const auto chosen = choose_platform(manifest->manifests);
      if (!chosen.ok()) return chosen.status();
      digest = chosen->digest;
      continue;
    }
    OfferedImage image;
    image.manifest = std::move(*text);
    auto config = blob_text(manifest->config.digest);
    if (!config.ok()) return config.status();
    image.config = std::move(*config);
    for (const auto& layer : manifest->layers) {
      const auto file = file_of("blobs/sha256/" + digest_hex(layer.digest));
      if (!file.ok()) return file.status();
      image.layers.push_back({*file, layer.digest});
    }
    return image;
  }
  return Status(Code::kInvalid, "the image index is nested too deep");
}

Result<std::vector<OfferedImage>> ImageArchive::oci_images() const {
  const auto text = text_of("index.json");
  if (!text.ok()) return text.status();
  const auto index = parse_manifest(*text);
  if (!index.ok()) return index.status();
  std::vector<OfferedImage> result;
  for (const auto& descriptor : index->manifests) {
    // Entries for other machines are not all of them complete.
    if (!descriptor.architecture.empty() && descriptor.architecture != machine_architecture())
      continue;
    auto image = oci_image(descriptor.digest);
    if (!image.ok()) return image.status();
    image->names = names_of(descriptor);
    result.push_back(std::move(*image));
  }
  return result;
}

Result<std::vector<OfferedImage>> ImageArchive::docker_images() const {
  const auto text = text_of("manifest.json");
  if (!text.ok()) return text.status();
  const auto entries = parse_docker_archive(*text);
  if (!entries.ok()) return entries.status();
  std::vector<OfferedImage> result;
  for (const auto& entry : *entries) {
    OfferedImage image;
    image.names = entry.repo_tags;
    auto config = text_of(entry.config);
    if (!config.ok()) return config.status();
    image.config = std::move(*config);
    for (const auto& layer : entry.layers) {
      const auto file = file_of(layer);
      if (!file.ok()) return file.status();
      image.layers.push_back({*file, ""});
    }
    result.push_back(std::move(image));
  }
  return result;
}

Result<std::vector<OfferedImage>> ImageArchive::images() const {
  Result<std::vector<OfferedImage>> result =
      files_.contains("manifest.json") ? docker_images()
      : files_.contains("index.json")
          ? oci_images()
          : Status(Code::kInvalid, "neither an OCI archive nor a docker archive");
  if (result.ok() && result->empty())
    return Status(Code::kNotFound,
                  "the archive holds no image for linux/" + std::string(machine_architecture()));
  return result;
}

}  // namespace kubus::runtime_oci
