#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>

#include "api/run.h"
#include "cluster/bench.h"
#include "figure.h"

namespace kubus::bench {
namespace {

// The command of the build that this program belongs to.
std::string kubus_command() {
  return (std::filesystem::read_symlink("/proc/self/exe").parent_path() / "kubus").string();
}

void run(const std::string& command) {
  if (std::system((command + " >/dev/null").c_str()) != 0)
    throw std::runtime_error("this failed: " + command);
}

}  // namespace

BenchCluster::BenchCluster(std::string name) : name_(std::move(name)) {
  const auto begin = Clock::now();
  run(kubus_command() + " up --no-uplink --no-context --name " + name_);
  print_figure("cluster", "up_to_node_ready", ms_since(begin), "ms");
}

BenchCluster::~BenchCluster() {
  try {
    run(kubus_command() + " down --name " + name_);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "cluster_bench: %s\n", error.what());
  }
}

void BenchCluster::load_image() const {
  const auto archive = std::filesystem::temp_directory_path() / (name_ + "-demo.tar");
  run(std::string(KUBUS_SOURCE_DIR "/packaging/demo/make-image ") + archive.string());
  run(kubus_command() + " --run-dir " + run_dir() + " image load " + archive.string());
  std::filesystem::remove(archive);
}

}  // namespace kubus::bench
