// Image archives: tar streams with and without compression, and the images found in them.
#include <archive.h>
#include <archive_entry.h>
#include <sys/mman.h>
#include <unistd.h>

#include <filesystem>

#include "digest.h"
#include "image_archive.h"
#include "layer_writer.h"
#include "target.h"

namespace kubus::fuzz {

using namespace runtime_oci;

namespace {

constexpr std::uint64_t kMostBytes = 1 << 20;

std::string tar(const std::vector<std::pair<std::string, std::string>>& files, bool gzip) {
  std::string out(kMostBytes, '\0');
  std::size_t used = 0;
  archive* writer = ::archive_write_new();
  ::archive_write_set_format_pax_restricted(writer);
  if (gzip) ::archive_write_add_filter_gzip(writer);
  require(::archive_write_open_memory(writer, out.data(), out.size(), &used) == ARCHIVE_OK,
          "cannot write an archive");
  for (const auto& [name, content] : files) {
    archive_entry* entry = ::archive_entry_new();
    ::archive_entry_set_pathname(entry, name.c_str());
    ::archive_entry_set_filetype(entry, AE_IFREG);
    ::archive_entry_set_perm(entry, 0644);
    ::archive_entry_set_size(entry, static_cast<la_int64_t>(content.size()));
    ::archive_write_header(writer, entry);
    ::archive_write_data(writer, content.data(), content.size());
    ::archive_entry_free(entry);
  }
  ::archive_write_close(writer);
  ::archive_write_free(writer);
  out.resize(used);
  return out;
}

std::string blob_name(const std::string& text) {
  return "blobs/sha256/" + sha256_of(text).substr(7);
}

}  // namespace

void run(std::string_view input) {
  if (const auto path = clean_layer_path(input.substr(0, 256)); path.ok())
    require(("/" + *path + "/").find("/../") == std::string::npos, "a path leads outside");
  static const int fd = ::memfd_create("archive", MFD_CLOEXEC);
  static const std::string file = "/proc/self/fd/" + std::to_string(fd);
  const bool written = ::ftruncate(fd, 0) == 0 && ::pwrite(fd, input.data(), input.size(), 0) ==
                                                      static_cast<ssize_t>(input.size());
  require(written, "cannot write a file in memory");
  const auto scratch =
      std::filesystem::temp_directory_path() / ("kubus-fuzz-" + std::to_string(::getpid()));
  std::filesystem::create_directory(scratch);
  if (const auto archive = ImageArchive::from_file(file, scratch, kMostBytes); archive.ok())
    (void)archive->images();
  std::filesystem::remove_all(scratch);
}

std::vector<std::string> seeds() {
  const std::string config = R"({"os":"linux","architecture":"amd64","rootfs":{"diff_ids":[]}})";
  const std::string manifest =
      R"({"config":{"digest":")" + sha256_of(config) + R"("},"layers":[]})";
  const std::string index = R"({"manifests":[{"digest":")" + sha256_of(manifest) + R"("}]})";
  const std::vector<std::pair<std::string, std::string>> oci = {{"oci-layout", "{}"},
                                                                {"index.json", index},
                                                                {blob_name(manifest), manifest},
                                                                {blob_name(config), config}};
  const std::vector<std::pair<std::string, std::string>> docker = {
      {"c.json", config},
      {"l/layer.tar", "x"},
      {"manifest.json", R"([{"Config":"c.json","RepoTags":["a:1"],"Layers":["l/layer.tar"]}])"}};
  return {tar(oci, false), tar(oci, true), tar(docker, false), tar({{"../../etc/x", "y"}}, false)};
}

}  // namespace kubus::fuzz
