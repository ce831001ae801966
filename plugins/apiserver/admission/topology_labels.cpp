#include <google/protobuf/message.h>
#include <k8s/core/v1/binding.pb.h>
#include <k8s/core/v1/pod.pb.h>

#include "admission/plugins.h"

namespace kubus::apiserver {
namespace {

// A pod shows where its node stands.
class TopologyLabels final : public Admission {
 public:
  explicit TopologyLabels(ClusterCache& cache) : nodes_(*cache.find("", "nodes")) {}

  Status admit(const AdmissionCall& admission) override {
    if (!admission.creates()) return {};
    if (admission.is("", "pods", "binding")) {
      auto& binding = *static_cast<core_v1::Binding*>(admission.object);
      if (binding.target().kind().empty() || binding.target().kind() == "Node")
        show(binding.target().name(), *binding.mutable_metadata());
    }
    if (admission.is("", "pods")) {
      auto& pod = *static_cast<core_v1::Pod*>(admission.object);
      if (!pod.spec().nodename().empty()) show(pod.spec().nodename(), *pod.mutable_metadata());
    }
    return {};
  }

 private:
  void show(const std::string& name, meta_v1::ObjectMeta& metadata) const {
    const auto node = nodes_.get(name);
    if (!node) return;
    for (const char* key : {"topology.kubernetes.io/zone", "topology.kubernetes.io/region"})
      if (const auto* value = find_label(node->labels(), key))
        (*metadata.mutable_labels())[key] = std::string(*value);
  }

  const ResourceCache& nodes_;
};

}  // namespace

std::unique_ptr<Admission> make_topology_labels(const AdmissionContext& context) {
  return std::make_unique<TopologyLabels>(context.cache);
}

}  // namespace kubus::apiserver
