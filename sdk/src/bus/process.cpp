#include "bus/process.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <utility>

namespace kubus::bus {

Process::Process(std::string id, std::string bus_dir, HostRole role)
    : id_(std::move(id)), bus_dir_(std::move(bus_dir)), role_(role) {
  context.set(zmq::ctxopt::io_threads, 1);
  context.set(zmq::ctxopt::max_sockets, 16'384);
}

std::string Process::socket_path(std::string_view id, std::uint64_t generation) const {
  std::string path = bus_dir_;
  path.append("/").append(id);
  if (id != kKernelId) path.append(".").append(std::to_string(generation));
  return path;
}

bool Process::kernel_answers() const {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = socket_path(kKernelId, 1);
  if (path.size() >= sizeof address.sun_path) return false;
  std::memcpy(address.sun_path, path.data(), path.size());
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return false;
  const int result = ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  ::close(fd);
  return result == 0;
}

std::string Process::ipc_address(std::string_view id, std::uint64_t generation) const {
  return "ipc://" + socket_path(id, generation);
}

std::string Process::inproc_address(std::string_view id, std::uint64_t generation) const {
  return "inproc://" + std::string(id) + "." + std::to_string(generation);
}

}  // namespace kubus::bus
