// The nodes as the scheduler sees them: one row each in a dense array, with what its pods take.
//
// Thread safety: none; the scheduler uses it on its loop only.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "kubus/placement.h"

namespace k8s::io::api::core::v1 {
class Node;
}

namespace kubus::scheduler {

struct NodeTaint {
  std::string key, value, effect;
  bool operator==(const NodeTaint&) const = default;
};

struct NodeRow {
  std::string name;
  // False: pods name this node, but there is no such Node (yet, or any more).
  bool present = false;
  std::map<std::string, std::string> labels;
  std::vector<NodeTaint> taints;
  bool unschedulable = false;
  Resources allocatable;
  std::int64_t max_pods = 0;

  Resources requested;
  Resources padded;
  std::unordered_map<std::string, PodUse> pods;  // by uid
};

class NodeTable {
 public:
  // True when something that decides about placement is different now.
  bool put_node(const core_v1::Node& node);
  void remove_node(const std::string& name);
  // Counts the pod on that node, instead of where it was counted before.
  void put_pod(const std::string& uid, const std::string& node, const PodUse& use);
  // False when it was not counted.
  bool remove_pod(const std::string& uid);

  const std::vector<NodeRow>& rows() const { return rows_; }
  // Nodes that exist.
  std::size_t size() const { return present_; }

 private:
  NodeRow& row(const std::string& name);
  void drop_if_unused(const std::string& name);

  std::vector<NodeRow> rows_;
  std::unordered_map<std::string, std::size_t> index_;
  std::unordered_map<std::string, std::string> node_of_pod_;
  std::size_t present_ = 0;
};

}  // namespace kubus::scheduler
