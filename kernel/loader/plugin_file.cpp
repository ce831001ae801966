#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "loader/elf_sections.h"
#include "loader/manifest.h"

namespace kubus::kernel {
namespace {

// Why others than this user could change what `info` describes; empty when they cannot.
std::string untrusted(const struct stat& info) {
  if (info.st_uid != ::geteuid() && info.st_uid != 0)
    return "is owned by user " + std::to_string(info.st_uid);
  bool sticky = S_ISDIR(info.st_mode) && (info.st_mode & S_ISVTX) != 0;
  if ((info.st_mode & (S_IWGRP | S_IWOTH)) != 0 && !sticky)
    return "is writable by its group or by everyone (chmod go-w)";
  return {};
}

}  // namespace

Result<UniqueFd> open_trusted(const std::string& path) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd) return Status(Code::kNotFound, std::string("cannot be opened: ") + std::strerror(errno));
  struct stat file {};
  struct stat folder {};
  std::error_code ignored;
  auto real = std::filesystem::canonical(path, ignored);
  std::string why;
  if (::fstat(fd.get(), &file) != 0 || !S_ISREG(file.st_mode))
    why = "not a regular file";
  else if (auto reason = untrusted(file); !reason.empty())
    why = "refused: the file " + reason;
  else if (::stat(real.parent_path().c_str(), &folder) != 0)
    why = "its folder cannot be examined";
  else if (auto where = untrusted(folder); !where.empty())
    why = "refused: its folder " + where;
  if (why.empty()) return fd;
  return Status(Code::kForbidden, why);
}

Result<PluginFile> read_plugin_file(int fd) {
  auto sections = read_elf_sections(fd, {".kubus.manifest", ".kubus.abi"}, kManifestLimit);
  if (!sections.ok()) return sections.status();
  PluginFile file;
  file.text = std::move((*sections)[0]);
  file.abi_tag = std::move((*sections)[1]);
  if (file.text.empty())
    return Status(Code::kInvalid, "no manifest: not built with kubus_add_plugin()");
  if (file.abi_tag.empty()) return Status(Code::kInvalid, "no ABI tag");
  auto manifest = parse_manifest(file.text);
  if (!manifest.ok()) return manifest.status();
  file.manifest = std::move(*manifest);
  return file;
}

Result<PluginFile> read_trusted_plugin_file(const std::string& path) {
  auto fd = open_trusted(path);
  if (!fd.ok()) return fd.status();
  return read_plugin_file(fd->get());
}

}  // namespace kubus::kernel
