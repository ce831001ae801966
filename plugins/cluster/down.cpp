// kubus down: removes a throw-away cluster and everything it made.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "cluster.h"
#include "folder_lock.h"
#include "teardown.h"

namespace kubus::cluster {
namespace {

Status take_down(const std::string& name) {
  KUBUS_TRY(check_name(name));
  const Cluster unnumbered{name};
  // A `kubus up` that still works on the cluster ends first.
  const auto lock = FolderLock::take(unnumbered.state_dir(), false);
  if (lock.code() == Code::kInternalError) return lock.status();
  auto cluster = find_cluster(name);
  return cluster.ok() ? tear_down(*cluster) : cluster.status();
}

int run(int argc, char** argv) {
  std::string name = "kubus";
  CLI::App app("Removes a cluster that `kubus up` made, with all its data.", "kubus down");
  app.add_option("--name", name, "Name of the cluster")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  if (::geteuid() != 0) {
    std::fprintf(stderr, "kubus down: needs root\n");
    return 1;
  }
  const Status status = take_down(name);
  if (!status.ok()) {
    std::fprintf(stderr, "kubus down: %s\n", status.message().c_str());
    return 1;
  }
  std::printf("cluster %s is gone\n", name.c_str());
  return 0;
}

}  // namespace
}  // namespace kubus::cluster

int main(int argc, char** argv) { return kubus::cluster::run(argc, argv); }
