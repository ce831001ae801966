#include "image_builder.h"

#include <archive.h>
#include <archive_entry.h>

#include <fstream>
#include <sstream>
#include <stdexcept>

#include "digest.h"
#include "reference.h"

namespace kubus::runtime_oci::test {
namespace {

constexpr const char* kBusybox = "/bin/busybox";

struct Blob {
  std::string digest;
  std::size_t size = 0;
  std::string text;
};

Blob blob_of(std::string text) {
  const auto size = text.size();
  auto digest = sha256_of(text);
  return {std::move(digest), size, std::move(text)};
}

std::string quoted(const std::string& text) { return "\"" + text + "\""; }

struct Parts {
  std::vector<Blob> layers;
  Blob config;
};

Parts parts_of(const ImageSpec& image, Compression compression) {
  const TempDir scratch;
  Parts parts;
  std::string diff_ids;
  for (const auto& layer : image.layers) {
    write_tar(scratch / "plain", layer, Compression::kNone);
    diff_ids += (diff_ids.empty() ? "" : ",") + quoted(sha256_of(read_text(scratch / "plain")));
    write_tar(scratch / "layer", layer, compression);
    parts.layers.push_back(blob_of(read_text(scratch / "layer")));
  }
  parts.config = blob_of(
      "{\"created\":\"2024-01-02T03:04:05Z\",\"os\":\"linux\",\"architecture\":"
      "\"amd64\",\"config\":" +
      image.config + ",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[" + diff_ids + "]}}");
  return parts;
}

std::string descriptor(const Blob& blob, const std::string& type, const std::string& more = "") {
  return "{\"mediaType\":" + quoted(type) + ",\"digest\":" + quoted(blob.digest) +
         ",\"size\":" + std::to_string(blob.size) + more + "}";
}

TarEntry file(std::string path, std::string content, mode_t mode = 0644) {
  TarEntry entry;
  entry.path = std::move(path);
  entry.content = std::move(content);
  entry.mode = S_IFREG | mode;
  return entry;
}

TarEntry directory(std::string path, mode_t mode = 0755) {
  TarEntry entry;
  entry.path = std::move(path);
  entry.mode = S_IFDIR | mode;
  return entry;
}

}  // namespace

TempDir::TempDir() {
  char pattern[] = "/tmp/kubus-oci-test-XXXXXX";
  if (!::mkdtemp(pattern)) throw std::runtime_error("mkdtemp");
  path_ = pattern;
}

TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string read_text(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

void write_text(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

void write_tar(const std::string& path, const std::vector<TarEntry>& entries,
               Compression compression) {
  archive* a = archive_write_new();
  archive_write_set_format_pax_restricted(a);
  if (compression == Compression::kGzip) archive_write_add_filter_gzip(a);
  if (compression == Compression::kZstd) archive_write_add_filter_zstd(a);
  if (archive_write_open_filename(a, path.c_str()) != ARCHIVE_OK)
    throw std::runtime_error(archive_error_string(a));
  for (const auto& item : entries) {
    archive_entry* e = archive_entry_new();
    archive_entry_set_pathname(e, item.path.c_str());
    archive_entry_set_mode(e, item.mode);
    archive_entry_set_size(e, static_cast<la_int64_t>(item.content.size()));
    archive_entry_set_uid(e, item.uid);
    archive_entry_set_gid(e, item.gid);
    archive_entry_set_mtime(e, 1'600'000'000, 0);
    if (!item.link.empty()) archive_entry_set_symlink(e, item.link.c_str());
    if (!item.hard_link.empty()) archive_entry_set_hardlink(e, item.hard_link.c_str());
    if (S_ISCHR(item.mode)) {
      archive_entry_set_rdevmajor(e, static_cast<dev_t>(item.device_major));
      archive_entry_set_rdevminor(e, static_cast<dev_t>(item.device_minor));
    }
    if (!item.xattr_name.empty())
      archive_entry_xattr_add_entry(e, item.xattr_name.c_str(), item.xattr_value.data(),
                                    item.xattr_value.size());
    if (archive_write_header(a, e) < ARCHIVE_WARN)
      throw std::runtime_error(archive_error_string(a));
    if (!item.content.empty()) archive_write_data(a, item.content.data(), item.content.size());
    archive_entry_free(e);
  }
  archive_write_close(a);
  archive_write_free(a);
}

void write_oci_archive(const std::string& path, const ImageSpec& image) {
  const auto parts = parts_of(image, image.compression);
  const std::string type = "application/vnd.oci.image.";
  std::string layers;
  for (const auto& layer : parts.layers)
    layers += (layers.empty() ? "" : ",") + descriptor(layer, type + "layer.v1.tar");
  const auto manifest =
      blob_of("{\"schemaVersion\":2,\"mediaType\":\"" + type + "manifest.v1+json\",\"config\":" +
              descriptor(parts.config, type + "config.v1+json") + ",\"layers\":[" + layers + "]}");
  const std::string annotations =
      image.name.empty()
          ? ""
          : ",\"annotations\":{\"org.opencontainers.image.ref.name\":" + quoted(image.name) + "}";
  std::vector<TarEntry> entries{
      file("oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}"),
      file("index.json", "{\"schemaVersion\":2,\"manifests\":[" +
                             descriptor(manifest, type + "manifest.v1+json", annotations) + "]}")};
  auto blobs = parts.layers;
  blobs.push_back(parts.config);
  blobs.push_back(manifest);
  for (const auto& blob : blobs)
    entries.push_back(file("blobs/sha256/" + digest_hex(blob.digest), blob.text));
  write_tar(path, entries);
}

void write_docker_archive(const std::string& path, const ImageSpec& image) {
  const auto parts = parts_of(image, Compression::kNone);
  const auto config = digest_hex(parts.config.digest) + ".json";
  std::vector<TarEntry> entries{file(config, parts.config.text)};
  std::string layers;
  for (std::size_t i = 0; i < parts.layers.size(); ++i) {
    const auto name = std::to_string(i) + "/layer.tar";
    layers += (layers.empty() ? "" : ",") + quoted(name);
    entries.push_back(file(name, parts.layers[i].text));
  }
  const auto tags = image.name.empty() ? "null" : "[" + quoted(image.name) + "]";
  entries.push_back(file("manifest.json", "[{\"Config\":" + quoted(config) + ",\"RepoTags\":" +
                                              tags + ",\"Layers\":[" + layers + "]}]"));
  write_tar(path, entries);
}

bool has_static_busybox() { return std::filesystem::exists(kBusybox); }

std::vector<TarEntry> busybox_layer() {
  std::vector<TarEntry> entries{directory("bin"), directory("etc"), directory("tmp", 01777),
                                directory("root", 0700),
                                file("bin/busybox", read_text(kBusybox), 0755)};
  for (const char* name :
       {"sh",   "cat",   "echo",  "sleep",  "id",       "env",  "ls",  "stty", "tail",
        "true", "false", "mount", "touch",  "hostname", "kill", "pwd", "nc",   "dd",
        "head", "ps",    "test",  "printf", "rm",       "grep", "wc",  "ip"}) {
    TarEntry entry;
    entry.path = std::string("bin/") + name;
    entry.mode = S_IFLNK | 0777;
    entry.link = "busybox";
    entries.push_back(entry);
  }
  entries.push_back(
      file("etc/passwd", "root:x:0:0:root:/root:/bin/sh\napp:x:1000:1001:App:/home/app:/bin/sh\n"));
  entries.push_back(file("etc/group", "root:x:0:\napp:x:1001:\nextra:x:2000:app\n"));
  return entries;
}

}  // namespace kubus::runtime_oci::test
