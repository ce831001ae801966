#include "control_plane.h"

#include <dlfcn.h>

#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <stdexcept>

#include "command.h"
#include "loader/manifest.h"
#include "temp_dir.h"

namespace kubus::testing {
namespace {

std::string plugin_file(const std::string& name) {
  return build_dir() + "/plugins/" + name + ".so";
}

// Never closed: it holds code until the end of the program.
kubus_plugin_entry_fn entry_of(const std::string& plugin) {
  void* library = ::dlopen(plugin_file(plugin).c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library) throw std::runtime_error(::dlerror());
  return reinterpret_cast<kubus_plugin_entry_fn>(::dlsym(library, "kubus_plugin_entry_v1"));
}

// The defaults of the plugin's manifest, and `settings` above them.
Config config_of(const std::string& plugin, const std::map<std::string, std::string>& settings) {
  std::ifstream file(source_dir() + "/plugins/" + plugin + "/plugin.yaml");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  auto manifest = kernel::parse_manifest(text);
  if (!manifest.ok()) throw std::runtime_error(plugin + ": " + manifest.status().message());
  std::map<std::string, std::string, std::less<>> values;
  for (const kernel::KeySpec& key : manifest->config) values[key.key] = key.default_text;
  for (const auto& [key, value] : settings) values[key] = value;
  return Config(std::move(values));
}

// The states that instances have reached, to be waited for.
class States {
 public:
  void set(const InstanceReport& report) {
    std::lock_guard lock(mutex_);
    states_[{report.id, report.generation}] = report;
    changed_.notify_all();
  }
  void wait_ready(const std::string& id, std::uint64_t generation) {
    std::unique_lock lock(mutex_);
    auto& report = states_[{id, generation}];
    const auto settled = [&] {
      return report.state == InstanceState::kReady || report.state == InstanceState::kFailed;
    };
    if (!changed_.wait_for(lock, std::chrono::seconds(60), settled) ||
        report.state != InstanceState::kReady)
      throw std::runtime_error(id + " did not become ready: " + report.why.to_string());
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::pair<std::string, std::uint64_t>, InstanceReport> states_;
};

}  // namespace

struct ControlPlane::Impl {
  Instance& make(const std::string& id, Config config) {
    InstanceOptions options;
    options.id = id;
    options.generation = ++generations[id];
    options.config = std::move(config);
    options.state_dir = dir.path() + "/" + id;
    options.runtime_dir = dir.path() + "/run-" + id;
    options.permissions = {R"({"groups":["*"],"resources":["*"],"verbs":["*"]})"};
    auto made = host->make_instance(std::move(options));
    if (!made.ok()) throw std::runtime_error(made.status().to_string());
    return **made;
  }

  template <class Start>
  Instance& run(const std::string& id, Config config, Start start) {
    Instance& instance = make(id, std::move(config));
    instance.start(std::move(start));
    try {
      states->wait_ready(id, generations[id]);
    } catch (...) {
      // The next one has the same files.
      stop(instance);
      throw;
    }
    return instance;
  }

  void start_apiserver(std::map<std::string, std::string> settings = {}) {
    settings.merge(
        std::map<std::string, std::string>{{"bind_address", "127.0.0.1"},
                                           {"port", "0"},
                                           {"advertise_address", "127.0.0.1"},
                                           {"http_threads", "1"},
                                           {"watch_history", "100"},
                                           {"drain_grace", "100ms"},
                                           // No controller makes accounts here.
                                           {"disable_admission_plugins", "ServiceAccount"}});
    apiserver = &run("apiserver", config_of("apiserver", settings), apiserver_entry());
  }

  void stop(Instance& instance) {
    instance.stop(std::chrono::seconds(5));
    if (instance.wait_stopped(std::chrono::seconds(20)) == InstanceState::kStopped)
      (void)host->release(&instance);
  }

  kernel::TempDir dir;
  std::shared_ptr<States> states = std::make_shared<States>();
  std::map<std::string, std::uint64_t> generations;
  std::unique_ptr<Host> host;
  kubus_plugin_entry_fn apiserver_entry = nullptr;
  Instance* apiserver = nullptr;
};

std::string ControlPlane::missing(kubus_plugin_entry_fn apiserver) {
  const auto absent = [](const char* plugin) {
    return std::filesystem::exists(plugin_file(plugin))
               ? std::string()
               : std::string("the plugin ") + plugin + " is not built";
  };
  const auto why = absent("storage-sqlite");
  return why.empty() && !apiserver ? absent("apiserver") : why;
}

ControlPlane::ControlPlane(kubus_plugin_entry_fn apiserver) : impl_(std::make_unique<Impl>()) {
  auto host = Host::open({impl_->dir.path(), HostRole::kKernel, "kubus", 1});
  if (!host.ok()) throw std::runtime_error(host.status().to_string());
  impl_->host = std::move(*host);
  impl_->host->observe(
      [states = impl_->states](const InstanceReport& report) { states->set(report); });
  impl_->run("storage-sqlite", config_of("storage-sqlite", {{"read_connections", "1"}}),
             entry_of("storage-sqlite")());
  impl_->apiserver_entry = apiserver ? apiserver : entry_of("apiserver");
  impl_->start_apiserver();
}

ControlPlane::~ControlPlane() {
  const auto instances = impl_->host->instances();
  for (auto at = instances.rbegin(); at != instances.rend(); ++at) impl_->stop(**at);
  (void)impl_->host->close(std::chrono::seconds(5));
}

Instance& ControlPlane::join(const std::string& id) {
  return impl_->run(id, Config(),
                    UniqueFunction<Status(Context&)>([](Context&) { return Status(); }));
}

Instance& ControlPlane::load(const std::string& plugin) {
  return impl_->run(plugin, config_of(plugin, {}), entry_of(plugin)());
}

void ControlPlane::leave(Instance& member) { impl_->stop(member); }

void ControlPlane::restart_apiserver(const std::map<std::string, std::string>& settings) {
  // One that did not become ready is stopped already.
  if (auto* running = std::exchange(impl_->apiserver, nullptr)) impl_->stop(*running);
  impl_->start_apiserver(settings);
}

std::string ControlPlane::cert_dir() const { return impl_->dir.path() + "/apiserver/pki"; }

std::uint16_t ControlPlane::https_port() const {
  std::ifstream file(cert_dir() + "/admin.kubeconfig");
  const std::string text(std::istreambuf_iterator<char>(file), {});
  constexpr std::string_view kServer = "https://127.0.0.1:";
  const auto at = text.find(kServer);
  return at == std::string::npos
             ? std::uint16_t{0}
             : static_cast<std::uint16_t>(std::stoul(text.substr(at + kServer.size(), 5)));
}

Host& ControlPlane::host() { return *impl_->host; }

}  // namespace kubus::testing
