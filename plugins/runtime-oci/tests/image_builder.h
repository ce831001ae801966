// Makes layers and image archives for tests.
//
// Thread safety: none.
#pragma once

#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>
#include <vector>

namespace kubus::runtime_oci::test {

// A directory that goes with its owner.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

struct TarEntry {
  std::string path;
  std::string content;
  mode_t mode = S_IFREG | 0644;
  std::string link;       // target of a symbolic link (mode S_IFLNK)
  std::string hard_link;  // target of a hard link
  int uid = 0;
  int gid = 0;
  std::string xattr_name;
  std::string xattr_value;
  int device_major = 0;
  int device_minor = 0;
};

enum class Compression { kNone, kGzip, kZstd };
void write_tar(const std::string& file, const std::vector<TarEntry>& entries,
               Compression compression = Compression::kNone);

struct ImageSpec {
  std::vector<std::vector<TarEntry>> layers;
  std::string config = "{}";  // the "config" member
  std::string name;           // annotation; empty: none
  Compression compression = Compression::kGzip;
};
// An OCI archive at `file`.
void write_oci_archive(const std::string& file, const ImageSpec& image);
// The same as `docker save` writes it.
void write_docker_archive(const std::string& file, const ImageSpec& image);

// A layer with busybox, its usual names, /etc/passwd and /etc/group.
std::vector<TarEntry> busybox_layer();
bool has_static_busybox();

std::string read_text(const std::string& file);
void write_text(const std::string& file, const std::string& text);

}  // namespace kubus::runtime_oci::test
