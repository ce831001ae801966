// How a process joins the bus and leaves it.
#include <malloc.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <future>
#include <utility>

#include "kubus/rpc.h"
#include "plugin/host_core.h"
#include "plugin/instance_impl.h"

namespace kubus::plugin {
namespace {

namespace fs = std::filesystem;

Status make_bus_dir(const std::string& dir) {
  std::error_code error;
  fs::create_directories(dir, error);
  if (error) return {Code::kBadRequest, dir + ": " + error.message()};
  fs::permissions(dir, fs::perms::owner_all, error);
  return {};
}

// Sockets of processes that were killed.
void remove_dead_sockets(const std::string& dir) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(dir, error)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = entry.path().string();
    if (!entry.is_socket(error) || path.size() >= sizeof address.sun_path) continue;
    std::memcpy(address.sun_path, path.data(), path.size());
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const int result = ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    if (result != 0 && errno == ECONNREFUSED) ::unlink(path.c_str());
    ::close(fd);
  }
}

void run_and_wait(Loop& loop, UniqueFunction<void()> task) {
  std::promise<void> done;
  const auto finished = done.get_future();
  if (loop.post([task = std::move(task), done = std::move(done)]() mutable {
        task();
        done.set_value();
      }))
    finished.wait();
}

}  // namespace

Status HostCore::open() {
  // Many threads that do little: an arena for each would multiply what an idle cluster holds.
  ::mallopt(M_ARENA_MAX, 4);
  if (role() == HostRole::kKernel) {
    KUBUS_TRY(make_bus_dir(bus_dir()));
    if (kernel_answers())
      return {Code::kConflict, "another kubusd already answers at " + options_.run_dir};
    remove_dead_sockets(bus_dir());
  } else if (!kernel_answers()) {
    return {Code::kUnavailable, "no kubusd answers at " + options_.run_dir};
  }
  InstanceOptions own;
  own.id = options_.id;
  own.generation = role() == HostRole::kKernel ? 1 : options_.generation;
  self_ = std::make_shared<InstanceImpl>(*this, std::move(own), options_.id);
  KUBUS_TRY(self_->open(role() != HostRole::kClient));
  hub_ = std::make_unique<bus::EventHub>(self_->node());
  listening_ = routes.listen([weak = weak_from_this()](const std::vector<bus::Departure>&) {
    const auto core = weak.lock();
    if (!core) return;
    core->self_->loop().post([weak] {
      if (const auto alive = weak.lock()) alive->hub_->on_routes();
    });
  });
  if (role() == HostRole::kKernel) {
    directory_ = std::make_unique<bus::DirectoryImpl>(routes);
    KUBUS_TRY(self_->server().serve(kDirectoryService, directory_->service()));
  } else {
    if (role() == HostRole::kHost) serve_control();
    client_ = std::make_unique<bus::DirectoryClient>(self_->node(), [this] { rejoin(); });
  }
  self_->set_ready();
  if (client_) self_->loop().post([this] { client_->start(); });
  return {};
}

Status HostCore::close(std::chrono::milliseconds deadline) {
  if (std::exchange(closed_, true)) return {};
  const auto until = core::Clock::now() + deadline + std::chrono::milliseconds(1500);
  for (Instance* instance : instances()) instance->stop(deadline);
  std::string stuck;
  for (Instance* instance : instances()) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(until - core::Clock::now());
    if (!static_cast<InstanceImpl*>(instance)->wait_ended(left))
      stuck += (stuck.empty() ? "" : "; ") + instance->context().id() + " holds " +
               instance->residue().to_string();
  }
  if (role() == HostRole::kHost && connected()) {
    kernel::WithdrawRequest request;
    request.set_id(self_->id());
    request.set_generation(self_->generation());
    request.set_clean(true);
    bus::CallOptions options;
    options.timeout = std::chrono::milliseconds(500);
    static_cast<void>(
        self_->bus().call_wait(kDirectoryService, "Withdraw", rpc::encode(request), options));
  }
  routes.unlisten(listening_);
  run_and_wait(self_->loop(), [this] {
    hub_->close();
    if (client_) client_->stop();
    if (directory_) directory_->close();
  });
  {
    const std::lock_guard lock(mutex_);
    observer_.reset();
  }
  self_->stop(std::chrono::milliseconds(1000));
  self_->wait_stopped(std::chrono::milliseconds(5000));
  if (!stuck.empty()) return {Code::kTimeout, stuck};
  {
    const std::lock_guard lock(mutex_);
    instances_.clear();
  }
  context.shutdown();
  context.close();
  return {};
}

}  // namespace kubus::plugin
