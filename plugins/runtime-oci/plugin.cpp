// Entry and configuration of the plugin.
#include "kubus/plugin.h"

#include <filesystem>

#include "kubus/runtime.h"
#include "runtime.h"
#include "service.h"

namespace kubus::runtime_oci {
namespace {

// Beside this program, or where an installation puts what only programs start.
std::string helper_directory(const std::string& configured) {
  if (!configured.empty()) return configured;
  std::error_code error;
  const auto here = std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
  for (const auto& candidate : {here, here / "../libexec/kubus"})
    if (std::filesystem::exists(candidate / "oci-pause", error))
      return candidate.lexically_normal().string();
  return (here / "../libexec/kubus").lexically_normal().string();
}

Settings settings_of(Context& context) {
  const auto config = context.config();
  Settings settings;
  settings.state_dir = context.state_dir();
  settings.runtime_dir = context.runtime_dir();
  if (const auto root = config.string("root"); !root.empty()) settings.state_dir = root;
  settings.crun = config.string("runtime");
  settings.conmon = config.string("conmon");
  settings.skopeo = config.string("skopeo");
  settings.helper_dir = helper_directory(config.string("helper_dir"));
  settings.pull_netns = config.string("pull_netns");
  settings.insecure_registries = config.list("insecure_registries");
  settings.default_cgroup = config.string("cgroup_parent");
  settings.shm_bytes = config.bytes("shm_size");
  settings.layer_limits.bytes = static_cast<std::uint64_t>(config.bytes("max_layer_bytes"));
  settings.layer_limits.entries = static_cast<std::uint64_t>(config.integer("max_layer_entries"));
  return settings;
}

class RuntimeOci : public Plugin {
 public:
  using Plugin::Plugin;

  Status start() override {
    context().pool().post([this] {
      auto opened = Runtime::open(settings_of(context()), context().loop(), context().pool(),
                                  context().log());
      context().loop().post([this, opened = std::make_shared<decltype(opened)>(std::move(opened))] {
        if (!opened->ok()) return context().fail(opened->status());
        serve(std::move(**opened));
      });
    });
    return starting();
  }

  void drain() override {
    if (runtime_) runtime_->drain();
  }

 private:
  void serve(std::unique_ptr<Runtime> runtime) {
    runtime_ = std::move(runtime);
    const auto status = runtime_->status();
    context().log().info(
        "container runtime is ready",
        {{"runtime", status.runtime_name()},
         {"version", status.runtime_version()},
         {"cgroup", status.cgroup_version()},
         {"sandboxes", runtime_->list(kubus::runtime::ListSandboxesRequest()).sandboxes_size()}});
    const auto served = context().server().serve(kubus::runtime::kService, make_service(*runtime_));
    if (!served.ok()) return context().fail(served);
    ready();
  }

  std::unique_ptr<Runtime> runtime_;
};

}  // namespace
}  // namespace kubus::runtime_oci

KUBUS_PLUGIN(kubus::runtime_oci::RuntimeOci)
