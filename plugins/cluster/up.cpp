// kubus up: a throw-away one-node cluster on this machine.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <filesystem>

#include "cluster.h"
#include "daemon.h"
#include "folder_lock.h"
#include "kubeconfig.h"
#include "network.h"
#include "processes.h"
#include "teardown.h"
#include "wait_ready.h"

namespace kubus::cluster {
namespace {

struct Options {
  std::string name = "kubus";
  bool no_uplink = false;
  bool no_context = false;
  std::vector<std::string> settings;  // KEY=VALUE
  int timeout_seconds = 60;
};

Status prepare(const Cluster& cluster, const Options& options) {
  std::error_code error;
  std::filesystem::create_directories(cluster.run_dir(), error);
  KUBUS_TRY(write_configuration(cluster));
  KUBUS_TRY(create_netns(cluster));
  KUBUS_TRY(create_link(cluster));
  KUBUS_TRY(dead_end_cluster_ranges(cluster));
  if (!options.no_uplink) KUBUS_TRY(start_uplink(cluster));
  std::filesystem::remove(cluster.unprepared_file(), error);
  return {};
}

Result<std::vector<std::string>> start(const Cluster& cluster, const Options& options) {
  auto kubusd = find_daemon();
  if (!kubusd.ok()) return kubusd.status();
  KUBUS_TRY(check_settings(cluster, *kubusd, options.settings));
  KUBUS_TRY(add_overrides(cluster, options.settings));
  KUBUS_TRY(keep_host_netns(cluster));
  auto daemon = start_daemon(cluster, *kubusd);
  if (!daemon.ok()) return daemon.status();
  auto complaints = wait_ready(cluster, *daemon, std::chrono::seconds(options.timeout_seconds));
  if (!complaints.ok() || options.no_context || cluster.owns(user_kubeconfig())) return complaints;
  KUBUS_TRY(
      merge_context(user_kubeconfig(), cluster.admin_kubeconfig(), context_name(cluster.name)));
  return complaints;
}

bool is_prepared(const Cluster& cluster) {
  std::error_code error;
  return !std::filesystem::exists(cluster.unprepared_file(), error);
}

struct Outcome {
  Cluster cluster;
  std::vector<std::string> complaints;  // of plugins that are not at work
};

Status with_log(const Status& status, const std::string& log_file) {
  std::error_code error;
  if (!std::filesystem::exists(log_file, error)) return status;
  return Status(status.code(), status.message() + "\n  log: " + log_file);
}

// Its containers are found running and adopted.
Result<Outcome> start_again(const Cluster& cluster, const Options& options) {
  auto complaints = start(cluster, options);
  if (!complaints.ok()) return with_log(complaints.status(), cluster.log_file());
  return Outcome{cluster, std::move(*complaints)};
}

Result<Outcome> make_new(const Options& options) {
  auto cluster = reserve_cluster(options.name);
  if (!cluster.ok()) return cluster.status();
  Status status = prepare(*cluster, options);
  if (status.ok()) {
    auto complaints = start(*cluster, options);
    if (complaints.ok()) return Outcome{*cluster, std::move(*complaints)};
    status = complaints.status();
  }
  // The log is what explains a start that failed: it survives.
  const std::string kept = "/tmp/kubus-" + cluster->name + "-kubusd.log";
  std::error_code error;
  std::filesystem::copy_file(cluster->log_file(), kept,
                             std::filesystem::copy_options::overwrite_existing, error);
  if (!error) status = with_log(status, kept);
  if (Status undone = tear_down(*cluster); !undone.ok())
    std::fprintf(stderr, "kubus up: clean-up: %s\n", undone.message().c_str());
  return status;
}

// A new cluster, or one whose kubusd has died.
Result<Outcome> bring_up(const Options& options) {
  KUBUS_TRY(check_name(options.name));
  const auto lock = FolderLock::take(Cluster{options.name}.state_dir(), true);
  if (!lock.ok()) return lock.status();
  auto existing = find_cluster(options.name);
  if (!existing.ok()) return make_new(options);
  if (daemon_pid(*existing) != 0)
    return Status(Code::kAlreadyExists, "cluster \"" + options.name + "\" is up already");
  if (is_prepared(*existing)) return start_again(*existing, options);
  // Left by a `kubus up` that was killed before anything could run.
  KUBUS_TRY(tear_down(*existing));
  return bring_up(options);
}

void report(const Outcome& outcome, const Options& options, double seconds) {
  const Cluster& cluster = outcome.cluster;
  std::printf("cluster %s is up in %.2f s, node %s is Ready\n", cluster.name.c_str(), seconds,
              cluster.node_name().c_str());
  std::printf("  API server  https://%s:%d\n", cluster.node_address().c_str(), Cluster::kApiPort);
  if (options.no_context)
    std::printf("  kubeconfig  %s\n", cluster.admin_kubeconfig().c_str());
  else
    std::printf("  context     %s in %s\n", context_name(cluster.name).c_str(),
                user_kubeconfig().c_str());
  std::printf("  log         %s\n", cluster.log_file().c_str());
  std::fflush(stdout);
  for (const auto& complaint : outcome.complaints)
    std::fprintf(stderr, "kubus up: %s\n", complaint.c_str());
}

int run(int argc, char** argv) {
  Options options;
  CLI::App app("Starts a one-node cluster in a network namespace of its own.", "kubus up");
  app.add_option("--name", options.name, "Name of the cluster")->capture_default_str();
  app.add_flag("--no-uplink", options.no_uplink, "No way out of the cluster's network");
  app.add_flag("--no-context", options.no_context, "Leave the user's kubeconfig alone");
  app.add_option("--set", options.settings,
                 "Configuration, as for kubusd: scheduler.isolation=process; may be repeated")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false)
      ->check(CLI::Validator(
          [](std::string& text) {
            const bool fits = text.find('=') != 0 && text.find('=') != std::string::npos &&
                              text.find('\n') == std::string::npos;
            return fits ? std::string() : "\"" + text + "\" is not KEY=VALUE";
          },
          ""));
  app.add_option("--timeout", options.timeout_seconds, "Seconds to wait for the node to be ready")
      ->capture_default_str()
      ->check(CLI::Range(1, 3600));
  CLI11_PARSE(app, argc, argv);
  if (::geteuid() != 0) {
    std::fprintf(stderr, "kubus up: needs root, for network namespaces and containers\n");
    return 1;
  }
  const auto started = std::chrono::steady_clock::now();
  const auto outcome = bring_up(options);
  if (!outcome.ok()) {
    std::fprintf(stderr, "kubus up: %s\n", outcome.status().message().c_str());
    return 1;
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
  report(*outcome, options, took.count());
  return 0;
}

}  // namespace
}  // namespace kubus::cluster

int main(int argc, char** argv) { return kubus::cluster::run(argc, argv); }
