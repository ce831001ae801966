// Load on a running API server, and the figures that come of it.
//
//   api_bench [--kubeconfig FILE] [--clients N] [--count N] [FIGURE...]
//
// FIGURE: creates, pods, gets, lists, watch, watchers; without any, all of them and creates with
// 1,000 clients too.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <map>

#include "api/load.h"

namespace {

using namespace kubus::bench;

constexpr std::size_t kClients = 64;
constexpr std::size_t kManyClients = 1000;

struct Figure {
  void (*run)(const Load&);
  std::size_t count;
  std::size_t clients = kClients;
};

const std::map<std::string, Figure> kFigures = {
    {"creates", {bench_creates, 30'000}}, {"pods", {bench_pods, 5'000}},
    {"gets", {bench_gets, 20'000}},       {"lists", {bench_lists, 10'000}},
    {"watch", {bench_watch, 2'000}},      {"watchers", {bench_watchers, 200, kManyClients}}};

void run(const Access& access, const Figure& figure, std::size_t clients, std::size_t count) {
  static int runs = 0;
  const Load load{access, "bench-" + std::to_string(::getpid()) + "-" + std::to_string(runs++),
                  clients ? clients : figure.clients, count ? count : figure.count};
  make_namespace(load);
  figure.run(load);
  remove_namespace(load);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Measures a running API server; one line of JSON per figure."};
  const char* environment = std::getenv("KUBECONFIG");
  std::string kubeconfig = environment ? environment : "";
  std::size_t clients = 0, count = 0;
  std::vector<std::string> names;
  app.add_option("--kubeconfig", kubeconfig, "How to reach it (default: $KUBECONFIG)");
  app.add_option("--clients", clients, "Connections at once");
  app.add_option("--count", count, "Requests, or pods in the list");
  app.add_option("figures", names)
      ->check(CLI::IsMember({"creates", "pods", "gets", "lists", "watch", "watchers"}));
  CLI11_PARSE(app, argc, argv);
  try {
    const auto access = Access::from_kubeconfig(kubeconfig);
    for (const auto& name : names)
      run(access, kFigures.at(name), clients, count);
    if (!names.empty()) return 0;
    for (const auto& [name, figure] : kFigures) run(access, figure, clients, count);
    run(access, kFigures.at("creates"), kManyClients, count);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "api_bench: %s\n", error.what());
    return 1;
  }
  return 0;
}
