#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "loader/library.h"

namespace kubus::kernel {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

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
  auto from = open_trusted(source);
  if (!from.ok()) return from.status();
  Descriptor in(*from);
  auto path = directory + "/" + name + "." + std::to_string(generation) + ".so";
  ::unlink(path.c_str());
  Descriptor out(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0700));
  if (out.get() < 0)
    return Status(Code::kInternalError, "cannot write " + path + ": " + std::strerror(errno));
  std::unique_ptr<PluginCopy> copy(new PluginCopy(path));
  KUBUS_TRY(copy_contents(in.get(), out.get()));
  auto file = read_plugin_file(out.get());
  if (!file.ok()) return file.status();
  if (file->manifest.name != name)
    return Status(Code::kConflict, "now is a plugin called " + file->manifest.name);
  copy->file_ = std::move(*file);
  return copy;
}

}  // namespace kubus::kernel
