#include "tar_reader.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <unistd.h>

#include <vector>

#include "digest.h"

namespace kubus::runtime_oci {
namespace {

constexpr std::size_t kBlock = 1 << 17;

struct ReadFree {
  void operator()(archive* a) const { archive_read_free(a); }
};
using Reader = std::unique_ptr<archive, ReadFree>;

Status archive_error(archive* a, const char* what) {
  const char* text = archive_error_string(a);
  return {Code::kInvalid, std::string(what) + ": " + (text ? text : "malformed archive")};
}

// The UTF-8 form does not depend on the locale; the raw one serves names in no known encoding.
std::string choose(const char* utf8, const char* raw) { return utf8 ? utf8 : raw ? raw : ""; }

}  // namespace

struct TarReader::Impl {
  UniqueFd file;
  std::uint64_t max_bytes = 0;
  std::uint64_t bytes = 0;
  Sha256 blob_hash;
  Sha256 tar_hash;
  std::vector<char> file_block = std::vector<char>(kBlock);
  std::vector<char> tar_block = std::vector<char>(kBlock);
  Status failure;  // of the decompression, which libarchive's second reader cannot carry
  Reader outer;
  Reader inner;

  static la_ssize_t read_file_block(archive* a, void* self_pointer, const void** block) {
    auto& self = *static_cast<Impl*>(self_pointer);
    const ssize_t got = ::read(self.file.get(), self.file_block.data(), kBlock);
    if (got < 0) archive_set_error(a, errno, "cannot read the file");
    if (got > 0) self.blob_hash.update({self.file_block.data(), static_cast<std::size_t>(got)});
    *block = self.file_block.data();
    return got;
  }

  la_ssize_t decompress() {
    const la_ssize_t got = archive_read_data(outer.get(), tar_block.data(), kBlock);
    if (got < 0) failure = archive_error(outer.get(), "decompressing");
    if (got <= 0) return got;
    bytes += static_cast<std::uint64_t>(got);
    if (bytes > max_bytes) {
      failure = Status(Code::kRequestEntityTooLarge, "the archive unpacks to more than is allowed");
      return -1;
    }
    tar_hash.update({tar_block.data(), static_cast<std::size_t>(got)});
    return got;
  }

  static la_ssize_t read_tar_block(archive* a, void* self_pointer, const void** block) {
    auto& self = *static_cast<Impl*>(self_pointer);
    const la_ssize_t got = self.decompress();
    if (got < 0) archive_set_error(a, EIO, "%s", self.failure.message().c_str());
    *block = self.tar_block.data();
    return got;
  }

  Status error(const char* what) {
    return failure.ok() ? archive_error(inner.get(), what) : failure;
  }
};

TarReader::TarReader() : impl_(std::make_unique<Impl>()) {}
TarReader::~TarReader() = default;

Result<std::unique_ptr<TarReader>> TarReader::open(const std::string& file,
                                                   std::uint64_t max_bytes) {
  std::unique_ptr<TarReader> self(new TarReader);
  Impl& impl = *self->impl_;
  impl.file.reset(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!impl.file) return errno_status(file);
  impl.max_bytes = max_bytes;
  impl.outer.reset(archive_read_new());
  // Only filters inside the library: others would start programs.
  archive_read_support_filter_gzip(impl.outer.get());
  archive_read_support_filter_zstd(impl.outer.get());
  archive_read_support_filter_xz(impl.outer.get());
  archive_read_support_filter_bzip2(impl.outer.get());
  archive_read_support_format_raw(impl.outer.get());
  archive_read_support_format_empty(impl.outer.get());
  archive_entry* entry = nullptr;
  if (archive_read_open(impl.outer.get(), &impl, nullptr, Impl::read_file_block, nullptr) !=
          ARCHIVE_OK ||
      archive_read_next_header(impl.outer.get(), &entry) < ARCHIVE_WARN)
    return archive_error(impl.outer.get(), "decompressing");
  impl.inner.reset(archive_read_new());
  archive_read_support_format_tar(impl.inner.get());
  archive_read_support_format_empty(impl.inner.get());
  if (archive_read_open(impl.inner.get(), &impl, nullptr, Impl::read_tar_block, nullptr) !=
      ARCHIVE_OK)
    return impl.error("reading the archive");
  return self;
}

Result<bool> TarReader::next(LayerEntry& entry) {
  archive_entry* raw = nullptr;
  const int result = archive_read_next_header(impl_->inner.get(), &raw);
  if (result == ARCHIVE_EOF) return false;
  if (result < ARCHIVE_WARN) return impl_->error("reading the archive");
  entry = LayerEntry();
  entry.path = choose(archive_entry_pathname_utf8(raw), archive_entry_pathname(raw));
  entry.mode = archive_entry_mode(raw);
  entry.uid = static_cast<uid_t>(archive_entry_uid(raw));
  entry.gid = static_cast<gid_t>(archive_entry_gid(raw));
  entry.mtime = {archive_entry_mtime(raw), archive_entry_mtime_nsec(raw)};
  entry.device = archive_entry_rdev(raw);
  const auto hard = choose(archive_entry_hardlink_utf8(raw), archive_entry_hardlink(raw));
  entry.hard_link = !hard.empty();
  entry.target =
      entry.hard_link ? hard : choose(archive_entry_symlink_utf8(raw), archive_entry_symlink(raw));
  archive_entry_xattr_reset(raw);
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  while (archive_entry_xattr_next(raw, &name, &value, &size) == ARCHIVE_OK)
    entry.xattrs.emplace_back(name, std::string(static_cast<const char*>(value), size));
  return true;
}

Result<bool> TarReader::data(LayerBlock& block) {
  const void* bytes = nullptr;
  std::size_t size = 0;
  la_int64_t offset = 0;
  const int result = archive_read_data_block(impl_->inner.get(), &bytes, &size, &offset);
  if (result == ARCHIVE_EOF) return false;
  if (result < ARCHIVE_WARN) return impl_->error("reading the archive");
  block.offset = static_cast<std::uint64_t>(offset);
  block.data = {static_cast<const char*>(bytes), size};
  return true;
}

Status TarReader::drain() {
  while (impl_->decompress() > 0) {
  }
  if (!impl_->failure.ok()) return impl_->failure;
  // Bytes behind the end of the compressed stream count for the blob's digest all the same.
  const void* unused = nullptr;
  for (;;) {
    const auto got = Impl::read_file_block(impl_->outer.get(), impl_.get(), &unused);
    if (got < 0) return errno_status("reading the archive");
    if (got == 0) return {};
  }
}

std::string TarReader::blob_digest() { return impl_->blob_hash.finish(); }
std::string TarReader::diff_id() { return impl_->tar_hash.finish(); }

}  // namespace kubus::runtime_oci
