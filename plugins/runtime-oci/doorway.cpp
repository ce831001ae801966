#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

#include "streams.h"

namespace kubus::runtime_oci {
namespace {

constexpr std::chrono::seconds kPatience(10);

Result<sockaddr_un> address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path)
    return Status(Code::kInvalid, "socket path is too long: " + path);
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return address;
}

}  // namespace

Result<UniqueFd> listen_unix(const std::string& path, int type) {
  const auto address = address_of(path);
  if (!address.ok()) return address.status();
  UniqueFd fd(::socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) return errno_status("socket");
  // The mode of the inode that bind() makes.
  if (::fchmod(fd.get(), 0600) < 0 ||
      ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address) < 0 ||
      ::listen(fd.get(), 4) < 0)
    return errno_status(path);
  return fd;
}

Result<UniqueFd> connect_unix(const std::string& path, int type) {
  const auto address = address_of(path);
  if (!address.ok()) return address.status();
  UniqueFd fd(::socket(AF_UNIX, type | SOCK_CLOEXEC, 0));
  if (!fd || ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address) < 0)
    return errno_status(path);
  return fd;
}

Result<std::shared_ptr<Doorway>> Doorway::open(Loop& loop, const std::string& path,
                                               std::function<void(UniqueFd)> entered) {
  auto listener = listen_unix(path, SOCK_STREAM);
  if (!listener.ok()) return listener.status();
  auto self = std::make_shared<Doorway>();
  self->listener_ = std::move(*listener);
  self->path_ = path;
  self->entered_ = std::move(entered);
  // Kept alive by its own callbacks until one of them ends it.
  const bool posted = loop.post([self, &loop] {
    self->timer_ = loop.after(kPatience, [self] { self->finish(UniqueFd()); });
    self->watch_ = loop.watch_fd(self->listener_.get(), Loop::kReadable, [self](std::uint32_t) {
      UniqueFd connection(::accept4(self->listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (connection) self->finish(std::move(connection));
    });
  });
  if (!posted) return Status(Code::kDraining, "the runtime is stopping");
  return self;
}

void Doorway::finish(UniqueFd connection) {
  if (!entered_) return;
  const auto call = std::exchange(entered_, nullptr);
  ::unlink(path_.c_str());
  call(std::move(connection));
  // Last: these own the reference that keeps the object.
  auto watch = std::move(watch_);
  auto timer = std::move(timer_);
}

Doorway::~Doorway() {
  if (entered_) ::unlink(path_.c_str());
}

}  // namespace kubus::runtime_oci
