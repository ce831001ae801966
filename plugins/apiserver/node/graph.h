// Which nodes need an object because of a pod that they run.
//
// Thread safety: all members from any thread.
//
// It costs nothing before it is first asked: then it looks at all pods once, and from then on at
// each that changes.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <shared_mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "cache/cluster_cache.h"
#include "node/references.h"

namespace kubus::apiserver::node {

class Graph {
 public:
  explicit Graph(ClusterCache& cache);
  ~Graph();
  bool needs(const std::string& node, const Reference& object);
  bool needs_volume(const std::string& node, const std::string& volume);

 private:
  class PodWatcher;
  class VolumeWatcher;
  struct Pod {
    std::string node;
    std::string version;  // of what its references depend on
    std::set<Reference> references;
  };

  void start();
  void put_pod(const apiserver::Object& object);
  void remove_pod(const std::string& key);
  void put_volume(const apiserver::Object& object);
  void remove_volume(const std::string& name);
  // With the lock held.
  void erase_pod(const std::string& key);
  void erase_volume(const std::string& name);
  bool has(const std::string& node, const Reference& object) const;

  ClusterCache& cache_;
  std::once_flag started_;
  std::vector<std::shared_ptr<Watcher>> watchers_;
  mutable std::shared_mutex mutex_;
  std::unordered_map<std::string, Pod> pods_;  // by "namespace/name"
  // How many pods of each node refer to an object.
  std::map<Reference, std::map<std::string, unsigned>> nodes_;
  std::map<Reference, std::set<std::string>> volumes_;            // that are mounted by a secret
  std::unordered_map<std::string, std::set<Reference>> secrets_;  // of each volume
};

}  // namespace kubus::apiserver::node
