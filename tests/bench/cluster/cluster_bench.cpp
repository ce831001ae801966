// The figures of a one-node cluster that it makes and removes itself; needs root and the commands
// of the same build.
//
//   cluster_bench [--name NAME] [--idle SECONDS] [--pods N] [--upgrades N] [--objects N]
//                 [--definitions N]
#include <CLI/CLI.hpp>
#include <cstdio>

#include "cluster/bench.h"

int main(int argc, char** argv) {
  using namespace kubus::bench;
  CLI::App app{"Measures a one-node cluster; one line of JSON per figure."};
  std::string name = "bench";
  int idle_seconds = 60;
  std::size_t pods = 100, upgrades = 20, objects = 50'000, definitions = 500;
  app.add_option("--name", name, "Name of the cluster")->capture_default_str();
  app.add_option("--idle", idle_seconds, "How long to watch it do nothing")->capture_default_str();
  app.add_option("--pods", pods, "Pods to start, one after another")->capture_default_str();
  app.add_option("--upgrades", upgrades, "Live upgrades to make")->capture_default_str();
  app.add_option("--objects", objects, "Objects to store")->capture_default_str();
  app.add_option("--definitions", definitions, "Definitions of custom resources to make")
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    const BenchCluster cluster(name);
    bench_idle(cluster, std::chrono::seconds(idle_seconds));
    bench_upgrade(cluster, upgrades);
    cluster.load_image();
    bench_pod_start(cluster, pods);
    bench_objects(cluster, objects);
    bench_definitions(cluster, definitions);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "cluster_bench: %s\n", error.what());
    return 1;
  }
  return 0;
}
