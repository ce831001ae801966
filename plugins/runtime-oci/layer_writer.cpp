#include "layer_writer.h"

#include <fcntl.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>

namespace kubus::runtime_oci {
namespace {

constexpr std::string_view kWhiteout = ".wh.";
constexpr std::string_view kOpaque = ".wh..wh..opq";
constexpr std::string_view kAufsPrivate = ".wh..wh.";

std::pair<std::string, std::string> split(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return {"", path};
  return {path.substr(0, slash), path.substr(slash + 1)};
}

// Names overlayfs gives meaning to must not come out of a layer.
bool may_set(const std::string& name) {
  return name == "security.capability" || name.starts_with("user.");
}

Status set_xattrs(int fd, const LayerEntry& entry) {
  for (const auto& [name, value] : entry.xattrs) {
    if (!may_set(name)) continue;
    if (::fsetxattr(fd, name.c_str(), value.data(), value.size(), 0) < 0 && errno != ENOTSUP)
      return errno_status(entry.path + ": " + name);
  }
  return {};
}

Status set_metadata(int fd, const LayerEntry& entry) {
  // The owner first: a change of it clears the set-id bits and file capabilities.
  if (::fchown(fd, entry.uid, entry.gid) < 0) return errno_status(entry.path + ": owner");
  if (::fchmod(fd, entry.mode & 07777) < 0) return errno_status(entry.path + ": mode");
  KUBUS_TRY(set_xattrs(fd, entry));
  const timespec times[2] = {entry.mtime, entry.mtime};
  if (::futimens(fd, times) < 0) return errno_status(entry.path + ": times");
  return {};
}

bool is_whiteout(const struct stat& info) { return S_ISCHR(info.st_mode) && info.st_rdev == 0; }

}  // namespace

Result<std::string> clean_layer_path(std::string_view path) {
  std::string clean;
  if (path.find('\0') != std::string_view::npos) return Status(Code::kInvalid, "zero byte in name");
  while (!path.empty()) {
    const auto slash = path.find('/');
    const auto part = path.substr(0, slash);
    if (part == "..") return Status(Code::kInvalid, "a name in the layer leads out of it (\"..\")");
    if (part.size() > 255) return Status(Code::kInvalid, "a name in the layer is too long");
    if (!part.empty() && part != ".") {
      if (!clean.empty()) clean += '/';
      clean += part;
    }
    if (slash == std::string_view::npos) break;
    path.remove_prefix(slash + 1);
  }
  if (clean.size() > 4095) return Status(Code::kInvalid, "a path in the layer is too long");
  return clean;
}

Result<UniqueFd> LayerWriter::make_parents(const std::string& path) {
  auto open = open_in_root(root_.get(), path, O_PATH | O_DIRECTORY);
  if (open.ok() || path.empty() || open.code() != Code::kNotFound) return open;
  const auto [above, name] = split(path);
  auto parent = make_parents(above);
  if (!parent.ok()) return parent;
  if (::mkdirat(parent->get(), name.c_str(), 0755) < 0 && errno != EEXIST)
    return errno_status(path);
  return open_in_root(root_.get(), path, O_PATH | O_DIRECTORY);
}

Result<UniqueFd> LayerWriter::parent_of(const std::string& path) {
  auto parent = make_parents(split(path).first);
  if (!parent.ok())
    return Status(Code::kInvalid, "layer entry \"" + path + "\": " + parent.status().message());
  return parent;
}

Result<bool> LayerWriter::clear(int parent, const std::string& name, bool keep_directory) {
  struct stat info {};
  if (::fstatat(parent, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) < 0) return false;
  if (S_ISDIR(info.st_mode)) {
    if (keep_directory) return false;
    KUBUS_TRY(remove_tree("/proc/self/fd/" + std::to_string(parent) + "/" + name));
    return true;
  }
  if (::unlinkat(parent, name.c_str(), 0) < 0) return errno_status(name);
  return is_whiteout(info);
}

Status LayerWriter::make_opaque(int parent, const std::string& name) {
  const UniqueFd fd(
      ::openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!fd || ::fsetxattr(fd.get(), "trusted.overlay.opaque", "y", 1, 0) < 0)
    return errno_status("opaque directory");
  return {};
}

Status LayerWriter::whiteout(int parent, const std::string& name) {
  if (name == kOpaque) return make_opaque(parent, ".");
  if (name.starts_with(kAufsPrivate)) return {};
  const auto hidden = name.substr(kWhiteout.size());
  if (hidden.empty() || hidden == "." || hidden == "..")
    return {Code::kInvalid, "a whiteout in the layer names nothing"};
  struct stat info {};
  if (::fstatat(parent, hidden.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0)
    // The same layer brings it back: only what lies below is hidden.
    return S_ISDIR(info.st_mode) ? make_opaque(parent, hidden) : Status();
  if (::mknodat(parent, hidden.c_str(), S_IFCHR, makedev(0, 0)) < 0)
    return errno_status("whiteout");
  return {};
}

Status LayerWriter::write_regular(int parent, const std::string& name, const LayerEntry& entry,
                                  const LayerData& data) {
  const UniqueFd fd(
      ::openat(parent, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd) return errno_status(entry.path);
  for (;;) {
    LayerBlock block;
    const auto more = data(block);
    if (!more.ok()) return more.status();
    if (!*more) break;
    bytes_ += block.data.size();
    if (bytes_ > limits_.bytes || block.offset > limits_.bytes)
      return {Code::kRequestEntityTooLarge, "the layer is larger than max_layer_bytes"};
    std::uint64_t at = block.offset;
    for (auto left = block.data; !left.empty();) {
      const ssize_t put = ::pwrite(fd.get(), left.data(), left.size(), static_cast<off_t>(at));
      if (put < 0) return errno_status(entry.path);
      left.remove_prefix(static_cast<std::size_t>(put));
      at += static_cast<std::uint64_t>(put);
    }
  }
  return set_metadata(fd.get(), entry);
}

Status LayerWriter::write_directory(int parent, const std::string& name, const std::string& path,
                                    const LayerEntry& entry, bool over_whiteout) {
  if (::mkdirat(parent, name.c_str(), 0755) < 0 && errno != EEXIST) return errno_status(path);
  const UniqueFd fd(
      ::openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!fd) return errno_status(path);
  KUBUS_TRY(set_metadata(fd.get(), entry));
  directories_.emplace_back(path, entry.mtime);
  return over_whiteout ? make_opaque(parent, name) : Status();
}

Status LayerWriter::write_hard_link(int parent, const std::string& name, const LayerEntry& entry) {
  const auto target = clean_layer_path(entry.target);
  if (!target.ok()) return target.status();
  const auto [above, last] = split(*target);
  const auto from = open_in_root(root_.get(), above, O_PATH | O_DIRECTORY);
  struct stat info {};
  if (last.empty() || !from.ok() ||
      ::fstatat(from->get(), last.c_str(), &info, AT_SYMLINK_NOFOLLOW) < 0)
    return {Code::kInvalid, "hard link \"" + entry.path + "\" to what is not in the layer"};
  if (S_ISDIR(info.st_mode))
    return {Code::kInvalid, "hard link \"" + entry.path + "\" to a directory"};
  if (::linkat(from->get(), last.c_str(), parent, name.c_str(), 0) < 0)
    return errno_status(entry.path);
  return {};
}

Status LayerWriter::write_other(int parent, const std::string& name, const LayerEntry& entry) {
  if (S_ISLNK(entry.mode)) {
    if (entry.target.empty() || entry.target.size() > 4095)
      return {Code::kInvalid, "symbolic link \"" + entry.path + "\" without a target"};
    if (::symlinkat(entry.target.c_str(), parent, name.c_str()) < 0)
      return errno_status(entry.path);
  } else if (::mknodat(parent, name.c_str(), entry.mode, entry.device) < 0) {
    return errno_status(entry.path);
  }
  if (::fchownat(parent, name.c_str(), entry.uid, entry.gid, AT_SYMLINK_NOFOLLOW) < 0)
    return errno_status(entry.path);
  if (!S_ISLNK(entry.mode) && ::fchmodat(parent, name.c_str(), entry.mode & 07777, 0) < 0)
    return errno_status(entry.path);
  const timespec times[2] = {entry.mtime, entry.mtime};
  ::utimensat(parent, name.c_str(), times, AT_SYMLINK_NOFOLLOW);
  return {};
}

Status LayerWriter::set_root(const LayerEntry& entry) {
  if (!S_ISDIR(entry.mode)) return {Code::kInvalid, "a layer entry without a name"};
  const UniqueFd fd(::openat(root_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) return errno_status("layer root");
  directories_.emplace_back("", entry.mtime);
  return set_metadata(fd.get(), entry);
}

Status LayerWriter::add(const LayerEntry& entry, const LayerData& data) {
  if (++entries_ > limits_.entries)
    return {Code::kRequestEntityTooLarge, "the layer has too many entries"};
  const auto path = clean_layer_path(entry.path);
  if (!path.ok()) return path.status();
  if (path->empty()) return set_root(entry);
  const auto parent = parent_of(*path);
  if (!parent.ok()) return parent.status();
  const auto name = split(*path).second;
  if (name.starts_with(kWhiteout)) return whiteout(parent->get(), name);
  if (S_ISSOCK(entry.mode)) return {};
  const bool directory = S_ISDIR(entry.mode) && !entry.hard_link;
  const auto over_whiteout = clear(parent->get(), name, directory);
  if (!over_whiteout.ok()) return over_whiteout.status();
  if (entry.hard_link) return write_hard_link(parent->get(), name, entry);
  if (directory) return write_directory(parent->get(), name, *path, entry, *over_whiteout);
  if (S_ISREG(entry.mode)) return write_regular(parent->get(), name, entry, data);
  return write_other(parent->get(), name, entry);
}

Status LayerWriter::finish() {
  for (auto it = directories_.rbegin(); it != directories_.rend(); ++it) {
    const auto fd = open_in_root(root_.get(), it->first, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    if (!fd.ok()) continue;  // replaced by a later entry
    const timespec times[2] = {it->second, it->second};
    ::futimens(fd->get(), times);
  }
  return {};
}

}  // namespace kubus::runtime_oci
