// kubus down: removes a throw-away cluster and everything it made.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "cluster.h"
#include "teardown.h"

namespace kubus::cluster {
namespace {

int run(int argc, char** argv) {
  std::string name = "kubus";
  CLI::App app("Removes a cluster that `kubus up` made, with all its data.", "kubus down");
  app.add_option("--name", name, "Name of the cluster")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  if (::geteuid() != 0) {
    std::fprintf(stderr, "kubus down: needs root\n");
    return 1;
  }
  auto cluster = find_cluster(name);
  Status status = cluster.ok() ? tear_down(*cluster) : cluster.status();
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
