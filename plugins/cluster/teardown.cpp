#include "teardown.h"

#include <filesystem>

#include "daemon.h"
#include "kubeconfig.h"
#include "network.h"
#include "processes.h"

namespace kubus::cluster {
namespace fs = std::filesystem;
namespace {

constexpr std::chrono::seconds kGrace{5};

Status remove_tree(const std::string& path) {
  std::error_code error;
  fs::remove_all(path, error);
  if (!error) return {};
  return Status(Code::kInternalError, "cannot remove " + path + ": " + error.message());
}

}  // namespace

Status tear_down(const Cluster& cluster) {
  Status first;
  const auto note = [&first](Status status) {
    if (first.ok() && !status.ok()) first = std::move(status);
  };
  if (!cluster.owns(user_kubeconfig()))
    note(remove_context(user_kubeconfig(), context_name(cluster.name)));
  stop_daemon(cluster, kGrace);
  note(stop_uplink(cluster));
  note(kill_processes(cluster));
  note(remove_mounts(cluster));
  note(remove_cgroups(cluster));
  note(remove_link(cluster));
  note(remove_netns(cluster));
  note(remove_tree(cluster.run_dir()));
  if (first.ok()) note(remove_tree(cluster.state_dir()));
  return first;
}

}  // namespace kubus::cluster
