// kubusd: the kernel process.
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <future>
#include <iostream>

#include "config/schema.h"
#include "daemon/kernel_service.h"
#include "daemon/log_sink.h"
#include "daemon/signals.h"
#include "supervisor/plugin_section.h"
#include "supervisor/supervisor.h"

namespace kubus::kernel {
namespace {

constexpr int kConfigExit = 78;  // EX_CONFIG
// Not a signal number: asks the main thread to end with an error.
constexpr int kFatal = 200;

struct Options {
  ConfigSources sources;
  bool check_only = false;
};

Result<Settings> read_settings(const Options& options, const Layout& layout, ConfigStore& store) {
  auto resolved = store.kernel(kernel_schema(layout.plugin_dir));
  resolved.add(store.source_errors());
  KUBUS_TRY(resolved.status());
  Settings settings{resolved.values, layout, options.sources.main_file};
  if (options.check_only) KUBUS_TRY(check_plugin_sections(store, settings));
  return settings;
}

Status make_directories(const Settings& settings) {
  for (const auto& directory : {settings.text("run_dir"), settings.text("state_dir")}) {
    std::error_code error;
    if (std::filesystem::create_directories(directory, error)) ::chmod(directory.c_str(), 0700);
    if (error) return {Code::kInternalError, directory + ": " + error.message()};
  }
  return {};
}

// Runs `task` on the kernel's loop and waits for it.
template <class Task>
void on_loop(Host& host, Task task) {
  std::promise<void> done;
  host.self().context().loop().post([&] {
    task();
    done.set_value();
  });
  done.get_future().wait();
}

// Until SIGTERM, SIGINT or a required plugin that cannot start; the exit code.
int serve(Signals& signals, Supervisor& supervisor, Host& host,
          const std::function<void()>& reload) {
  for (;;) {
    int signal = signals.wait();
    if (signal == SIGHUP) {
      on_loop(host, reload);
      continue;
    }
    std::promise<void> stopped;
    on_loop(host, [&] { supervisor.shut_down([&] { stopped.set_value(); }); });
    stopped.get_future().wait();
    return signal == kFatal ? 1 : 0;
  }
}

int run(const Options& options) {
  auto layout = Layout::find();
  auto store = ConfigStore::load(options.sources);
  auto settings = read_settings(options, layout, store);
  if (!settings.ok()) {
    std::cerr << "kubusd: " << settings.status().message() << "\n";
    return kConfigExit;
  }
  if (options.check_only) return 0;
  set_up_logging(settings->text("log.level"), settings->text("log.format"));
  Logger log("kubus");
  Signals signals;
  auto ready = make_directories(*settings);
  auto host =
      ready.ok()
          ? Host::open(
                {.run_dir = settings->text("run_dir"), .role = HostRole::kKernel, .id = "kubus"})
          : Result<std::unique_ptr<Host>>(ready);
  if (!host.ok()) {
    log.error("cannot start", {{"reason", host.status().message()}});
    return 1;
  }
  auto supervisor =
      std::make_unique<Supervisor>(**host, *settings, std::move(store), [&](const Status& why) {
        log.error("cannot go on", {{"reason", why.message()}});
        Signals::wake(kFatal);
      });
  auto reload = [&](ReloadReply& reply) {
    auto status = supervisor->reload(options.sources, reply);
    if (!status.ok())
      log.error("configuration not reloaded", {{"reason", status.message()}});
    else
      set_up_logging(supervisor->settings().text("log.level"),
                     supervisor->settings().text("log.format"));
    for (const auto& key : reply.need_restart())
      log.warn("changed key needs a restart", {{"key", key}});
    return status;
  };
  Status served;
  on_loop(**host, [&] {
    served = serve_kernel(**host, *supervisor, reload);
    if (served.ok()) supervisor->start();
  });
  if (!served.ok()) log.error("cannot serve", {{"reason", served.message()}});
  log.info("kubusd runs", {{"version", own_version()}, {"run_dir", settings->text("run_dir")}});
  int code = served.ok() ? serve(signals, *supervisor, **host,
                                 [&] {
                                   ReloadReply reply;
                                   (void)reload(reply);
                                 })
                         : 1;
  on_loop(**host, [&] { supervisor->stop_loading(); });
  on_loop(**host, [&] { supervisor.reset(); });
  auto closed = (*host)->close(std::chrono::seconds(3));
  if (!closed.ok()) {
    log.error("not everything ended", {{"reason", closed.message()}});
    // Code that does not return must not be waited for, nor lose its memory under its feet.
    ::_exit(code);
  }
  log.info("kubusd ended");
  return code;
}

}  // namespace
}  // namespace kubus::kernel

int main(int argc, char** argv) {
  using namespace kubus::kernel;
  Options options;
  options.sources.main_file = Layout::find().config_file;
  std::string run_dir;
  CLI::App app{"The Kubus kernel: loads plugins, watches over them, and carries their messages."};
  app.add_option("--config", options.sources.main_file,
                 "Configuration, YAML or INI; plugins.d/ beside it is read as well. \"\": none. "
                 "Else the first there is of " +
                     join(Layout::find().config_files, ", "))
      ->capture_default_str();
  app.add_option("--set", options.sources.set_arguments, "KEY=VALUE, wins over all else")
      ->type_name("KEY=VALUE")
      ->take_all();
  app.add_option("--run-dir", run_dir, "The same as --set run_dir=DIR");
  app.add_flag("--check-config", options.check_only,
               "Check the configuration, also of the plugins, and exit");
  app.set_version_flag("--version", std::string(own_version()));
  CLI11_PARSE(app, argc, argv);
  if (!run_dir.empty()) options.sources.set_arguments.push_back("run_dir=" + run_dir);
  return run(options);
}
