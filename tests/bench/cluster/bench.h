// The figures of a whole one-node cluster; each function prints what it measured.
//
// Thread safety: each blocks the thread that calls it. What fails throws.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace kubus::bench {

// A cluster made by `kubus up`, removed when this goes.
class BenchCluster {
 public:
  // Prints how long it took from the command's start until the node was ready.
  explicit BenchCluster(std::string name);
  ~BenchCluster();
  BenchCluster(const BenchCluster&) = delete;
  BenchCluster& operator=(const BenchCluster&) = delete;

  std::string run_dir() const { return "/run/kubus/" + name_; }
  std::string kubeconfig() const { return "/var/lib/kubus/" + name_ + "/admin.kubeconfig"; }
  std::string netns() const { return "/run/netns/kubus-" + name_; }
  // The image "demo:1.0".
  void load_image() const;

 private:
  const std::string name_;
};

// What so many definitions of custom resources of 6 kB take in memory, before anybody uses them.
void bench_definitions(const BenchCluster& cluster, std::size_t count);
// Memory and processor time of all processes in the cluster's network namespace over `time`; ended
// pods and their leftovers should be gone when it is called.
void bench_idle(const BenchCluster& cluster, std::chrono::seconds time);
// From the create of a pod whose image is present to the event that says it is Running, one pod
// after another.
void bench_pod_start(const BenchCluster& cluster, std::size_t pods);
// What the memory of all processes grows by for each stored object of 1 kB, of `count`, in a cluster
// that has just begun: buffers of the writers' connections count as well.
void bench_objects(const BenchCluster& cluster, std::size_t count);
// A live upgrade of the deployment controller to a new generation.
void bench_upgrade(const BenchCluster& cluster, std::size_t times);

}  // namespace kubus::bench
