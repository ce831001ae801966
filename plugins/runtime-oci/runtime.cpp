#include "runtime.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "exec_process.h"
#include "process.h"
#include "stats.h"

namespace kubus::runtime_oci {
namespace {

template <class Wanted>
bool has_labels(const Wanted& wanted,
                const google::protobuf::Map<std::string, std::string>& labels) {
  for (const auto& [key, value] : wanted) {
    const auto found = labels.find(key);
    if (found == labels.end() || found->second != value) return false;
  }
  return true;
}

// A client that leaves must not end the process; a program that decided otherwise keeps its choice.
void ignore_broken_pipes() {
  struct sigaction now {};
  if (::sigaction(SIGPIPE, nullptr, &now) == 0 && now.sa_handler == SIG_DFL)
    ::signal(SIGPIPE, SIG_IGN);
}

Status make_directories(const Settings& settings) {
  for (const auto& path :
       {settings.sandboxes(), settings.containers(), settings.exits(), settings.attach_dir(),
        settings.sessions(), settings.runtime_dir + "/shm", settings.oci_root(),
        settings.empty_root()})
    KUBUS_TRY(make_dirs(path));
  ::chmod(settings.empty_root().c_str(), 0555);
  return {};
}

}  // namespace

Runtime::Runtime(Settings settings, Loop& loop, Pool& pool, Logger log, OciCli oci, Cgroups cgroups)
    : node_{.settings = std::move(settings),
            .loop = loop,
            .pool = pool,
            .log = std::move(log),
            .cgroups = std::move(cgroups),
            .oci = std::move(oci),
            .conmon = {},
            .images = nullptr,
            .events = {},
            .registry = Registry(node_.settings),
            .cancelled = {},
            .terminal_starter = {}},
      containers_(node_),
      sandboxes_(node_, containers_),
      sessions_(node_),
      puller_(node_) {}

Runtime::~Runtime() = default;

void Runtime::drain() {
  node_.cancelled.signal();
  sessions_.end_all();
  containers_.abandon_stops();
}

Result<std::unique_ptr<Runtime>> Runtime::open(Settings settings, Loop& loop, Pool& pool,
                                               Logger log) {
  ignore_broken_pipes();
  KUBUS_TRY(make_directories(settings));
  for (const char* helper : {"/oci-pause", "/oci-enter", "/oci-terminal"})
    if (!exists(settings.helper_dir + helper))
      return Status(Code::kNotFound, settings.helper_dir + helper + " is missing");
  auto cgroups = Cgroups::detect();
  auto oci = OciCli::find(settings, cgroups.hybrid());
  if (!oci.ok()) return oci.status();
  auto conmon = find_program(settings.conmon);
  if (!conmon.ok()) return conmon.status();
  auto starter = TerminalStarter::open(settings.helper_dir + "/oci-terminal");
  if (!starter.ok()) return starter.status();
  UniqueFd lock(::open((settings.state_dir + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!lock) return errno_status(settings.state_dir + "/lock");
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0)
    return Status(Code::kConflict, "another process has " + settings.state_dir);
  end_abandoned(settings);
  auto images = ImageStore::open(settings.images(), settings.layer_limits);
  if (!images.ok()) return images.status();
  std::unique_ptr<Runtime> self(new Runtime(std::move(settings), loop, pool, std::move(log),
                                            std::move(*oci), std::move(cgroups)));
  Node& node = self->node_;
  node.conmon = std::move(*conmon);
  node.terminal_starter = std::move(*starter);
  node.images = std::move(*images);
  self->lock_ = std::move(lock);
  // Watching first: an exit during the adoption is seen by one of them.
  auto exits = ExitWatch::start(loop, node.settings.exits(), [raw = self.get()](const auto& id) {
    raw->containers_.on_exit_file(id);
  });
  if (!exits.ok()) return exits.status();
  self->exits_ = std::move(*exits);
  self->sandboxes_.adopt();
  self->containers_.adopt();
  return self;
}

runtime::StatusResponse Runtime::status() const {
  runtime::StatusResponse response;
  response.set_ready(true);
  response.set_runtime_name("runtime-oci (" + node_.oci.name() + ")");
  response.set_runtime_version(node_.oci.version());
  response.set_cgroup_driver("cgroupfs");
  response.set_root_dir(node_.settings.state_dir);
  response.set_cgroup_version(node_.cgroups.v2() ? "2" : "1");
  response.add_runtime_handlers("");
  return response;
}

Result<runtime::SandboxStatusResponse> Runtime::sandbox_status(const std::string& id) const {
  const auto entry = node_.registry.sandbox(id);
  if (!entry.ok()) return entry.status();
  runtime::SandboxStatusResponse response;
  *response.mutable_sandbox() = node_.registry.describe(*entry);
  for (const auto& container : node_.registry.containers_of(id))
    *response.add_containers() = node_.registry.describe(container);
  return response;
}

runtime::ListSandboxesResponse Runtime::list(const runtime::ListSandboxesRequest& request) const {
  runtime::ListSandboxesResponse response;
  for (const auto& entry : node_.registry.sandboxes()) {
    auto sandbox = node_.registry.describe(entry);
    if (!request.pod_uid().empty() && sandbox.config().pod_uid() != request.pod_uid()) continue;
    if (!has_labels(request.labels(), sandbox.config().labels())) continue;
    *response.add_sandboxes() = std::move(sandbox);
  }
  return response;
}

Result<runtime::Container> Runtime::container(const std::string& id) const {
  const auto entry = node_.registry.container(id);
  if (!entry.ok()) return entry.status();
  return node_.registry.describe(*entry);
}

runtime::ListContainersResponse Runtime::list(const runtime::ListContainersRequest& request) const {
  runtime::ListContainersResponse response;
  for (const auto& entry : node_.registry.containers()) {
    auto container = node_.registry.describe(entry);
    if (!request.sandbox_id().empty() && container.sandbox_id() != request.sandbox_id()) continue;
    if (!request.pod_uid().empty() && container.pod_uid() != request.pod_uid()) continue;
    if (!has_labels(request.labels(), container.config().labels())) continue;
    *response.add_containers() = std::move(container);
  }
  return response;
}

runtime::StatsResponse Runtime::stats(const runtime::StatsRequest& request) const {
  runtime::StatsResponse response;
  for (const auto& entry : node_.registry.sandboxes()) {
    const auto sandbox = node_.registry.describe(entry);
    if (sandbox.state() != runtime::SANDBOX_READY) continue;
    if (!request.sandbox_id().empty() && sandbox.id() != request.sandbox_id()) continue;
    if (!request.pod_uid().empty() && sandbox.config().pod_uid() != request.pod_uid()) continue;
    std::vector<runtime::Container> containers;
    for (const auto& container : node_.registry.containers_of(sandbox.id()))
      containers.push_back(node_.registry.describe(container));
    *response.add_sandboxes() = sandbox_stats(node_, sandbox, containers);
  }
  return response;
}

runtime::ImageFsInfoResponse Runtime::image_fs_info() const { return file_system_stats(node_); }

Status Runtime::remove_image(const std::string& image) {
  const auto described = node_.images->find(image);
  if (described.code() == Code::kNotFound) return {};
  const auto removed = node_.images->remove(image);
  if (!removed.ok()) return removed.code() == Code::kNotFound ? Status() : removed.status();
  if (removed->image) node_.events.image(runtime::Event::IMAGE_REMOVED, *described);
  return {};
}

Result<std::vector<runtime::Image>> Runtime::load_image(const std::string& path,
                                                        const std::string& name) {
  auto images = node_.images->load(path, name);
  if (!images.ok()) return images;
  for (const auto& image : *images) node_.events.image(runtime::Event::IMAGE_ADDED, image);
  return images;
}

runtime::PruneImagesResponse Runtime::prune(const runtime::PruneImagesRequest& request) {
  runtime::PruneImagesResponse response;
  std::uint64_t freed = 0;
  for (const auto& id : node_.images->unused(now_ns() - request.unused_since_ms() * 1'000'000)) {
    if (request.bytes() > 0 && freed >= request.bytes()) break;
    const auto image = node_.images->find(id);
    const auto removed = node_.images->remove(id);
    if (!image.ok() || !removed.ok() || !removed->image) continue;
    freed += removed->bytes;
    *response.add_removed() = *image;
    node_.events.image(runtime::Event::IMAGE_REMOVED, *image);
  }
  response.set_freed_bytes(freed);
  return response;
}

}  // namespace kubus::runtime_oci
