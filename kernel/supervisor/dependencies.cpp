#include "supervisor/dependencies.h"

#include <algorithm>
#include <set>

namespace kubus::kernel {
namespace {

class Graph {
 public:
  explicit Graph(const std::vector<DependencyNode>& nodes) : nodes_(nodes) {
    for (const auto& node : nodes)
      for (const auto& service : node.provides) providers_[service].push_back(&node);
    for (bool grew = true; grew;) {
      grew = false;
      for (const auto& node : nodes)
        if (!startable_.contains(&node) && !missing_service(node))
          grew = startable_.insert(&node).second || grew;
    }
  }

  std::map<std::string, Blocked> blocked() const {
    std::map<std::string, Blocked> result;
    for (const auto& node : nodes_)
      if (!startable_.contains(&node)) result[node.name] = explain(node);
    return result;
  }

 private:
  // A required service that no startable node provides; null when there is none.
  const std::string* missing_service(const DependencyNode& node) const {
    for (const auto& service : node.requires_) {
      auto found = providers_.find(service);
      bool served = found != providers_.end() &&
                    std::any_of(found->second.begin(), found->second.end(),
                                [&](const auto* p) { return startable_.contains(p); });
      if (!served) return &service;
    }
    return nullptr;
  }

  // Follows unserved requirements until a service nobody provides, or a node seen before.
  Blocked explain(const DependencyNode& start) const {
    std::vector<const DependencyNode*> path;
    for (const auto* node = &start;;) {
      auto seen = std::find(path.begin(), path.end(), node);
      if (seen != path.end()) {
        std::string cycle;
        for (; seen != path.end(); ++seen) cycle += (*seen)->name + " -> ";
        return {cycle + node->name, true};
      }
      path.push_back(node);
      const auto& service = *missing_service(*node);
      auto found = providers_.find(service);
      if (found == providers_.end()) {
        auto reason = "no plugin provides " + service;
        return {node == &start ? reason : reason + ", which " + node->name + " requires", false};
      }
      node = found->second.front();
    }
  }

  const std::vector<DependencyNode>& nodes_;
  std::map<std::string, std::vector<const DependencyNode*>> providers_;
  std::set<const DependencyNode*> startable_;
};

}  // namespace

std::map<std::string, Blocked> find_blocked(const std::vector<DependencyNode>& nodes) {
  return Graph(nodes).blocked();
}

}  // namespace kubus::kernel
