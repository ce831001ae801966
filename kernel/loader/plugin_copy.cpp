#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "loader/library.h"

namespace kubus::kernel {
namespace {

Status copy_contents(int from, int to) {
  struct stat info {};
  if (::fstat(from, &info) != 0) return {Code::kInternalError, std::strerror(errno)};
  for (off_t left = info.st_size; left > 0;) {
    auto sent = ::sendfile(to, from, nullptr, static_cast<std::size_t>(left));
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0)
      return {Code::kInternalError, std::string("cannot be copied: ") + std::strerror(errno)};
    if (sent == 0) return {Code::kConflict, "was changed while it was read"};
    left -= sent;
  }
  return {};
}

}  // namespace

PluginCopy::~PluginCopy() { ::unlink(path_.c_str()); }

Result<std::unique_ptr<PluginCopy>> PluginCopy::make(const std::string& source,
                                                     const std::string& directory,
                                                     const std::string& name,
                                                     std::uint64_t generation) {
  auto in = open_trusted(source);
  if (!in.ok()) return in.status();
  auto path = directory + "/" + name + "." + std::to_string(generation) + ".so";
  ::unlink(path.c_str());
  UniqueFd out(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0700));
  if (!out)
    return Status(Code::kInternalError, "cannot write " + path + ": " + std::strerror(errno));
  std::unique_ptr<PluginCopy> copy(new PluginCopy(path));
  KUBUS_TRY(copy_contents(in->get(), out.get()));
  auto file = read_plugin_file(out.get());
  if (!file.ok()) return file.status();
  if (file->manifest.name != name)
    return Status(Code::kConflict, "now is a plugin called " + file->manifest.name);
  copy->file_ = std::move(*file);
  return copy;
}

}  // namespace kubus::kernel
