#include "node/node_restriction.h"

#include <google/protobuf/message.h>
#include <k8s/authentication/v1/token_request.pb.h>
#include <k8s/core/v1/node.pb.h>
#include <k8s/core/v1/pod.pb.h>
#include <k8s/meta/v1/object_meta.pb.h>

#include <algorithm>

#include "node/node_authorizer.h"
#include "node/references.h"
#include "validation/field_error.h"

namespace kubus::apiserver::node {
namespace {

using Operation = AdmissionCall::Operation;
using core_v1::Pod;

// Nothing, or what the reference says of it.
std::string check_owner(const Pod& pod, const std::string& node, ClusterCache& cache) {
  const auto& owners = pod.metadata().ownerreferences();
  if (owners.size() > 1) return "can only create pods with a single owner reference set to itself";
  if (owners.empty() || owners[0].apiversion() != "v1" || owners[0].kind() != "Node" ||
      owners[0].name() != node)
    return "can only create pods with an owner reference set to itself";
  if (!owners[0].controller())
    return "can only create pods with a controller owner reference set to itself";
  if (owners[0].blockownerdeletion())
    return "must not set blockOwnerDeletion on an owner reference";
  const auto object = cache.find("", "nodes")->get(node);
  const auto uid = object ? std::string(object->uid()) : std::string();
  if (owners[0].uid() != uid) return "UID mismatch: expected " + uid + " got " + owners[0].uid();
  return {};
}

// A mirror pod stands for what runs anyway: it gives its node nothing to read.
std::string check_references(Pod pod) {
  if (!pod.spec().serviceaccountname().empty())
    return "can not create pods that reference a service account";
  pod.mutable_metadata()->mutable_annotations()->clear();
  for (const auto& reference : references_of(pod)) {
    if (reference.kind == Kind::kSecret) return "can not create pods that reference secrets";
    if (reference.kind == Kind::kConfigMap) return "can not create pods that reference configmaps";
    if (reference.kind == Kind::kVolumeClaim)
      return "can not create pods that reference persistentvolumeclaims";
    if (reference.kind == Kind::kResourceClaim)
      return "can not create pods that reference resourceclaims";
  }
  return {};
}

class NodeRestriction final : public Admission {
 public:
  explicit NodeRestriction(ClusterCache& cache) : cache_(cache) {}

  Status admit(const AdmissionCall& admission) override {
    const auto node = node_of(admission.call.identity);
    if (!node) return {};
    const auto& resource = *admission.call.resource;
    const auto name = resource.group + "/" + resource.plural;
    if (name == "/pods") return admit_pod(admission, *node);
    if (name == "/nodes") return admit_node(admission, *node);
    if (name == "/serviceaccounts") return admit_token(admission, *node);
    if (name == "coordination.k8s.io/leases") return admit_namesake(admission, *node, "node lease");
    if (name == "storage.k8s.io/csinodes") return admit_namesake(admission, *node, "CSINode");
    return {};
  }

 private:
  static Status refuse(const AdmissionCall& admission, const std::string& why) {
    const auto& call = admission.call;
    const auto& name = admission.object ? metadata_of(*admission.object)->name() : call.info.name;
    return errors::forbidden(call.subject(name), why);
  }

  Status admit_pod(const AdmissionCall& admission, const std::string& node) {
    const auto& part = admission.call.info.subresource;
    if (part == "status") return admit_pod_status(admission, node);
    if (part == "eviction") return admit_eviction(admission, node);
    if (!part.empty())
      return refuse(admission, "unexpected pod subresource " + apiserver::quoted(part) +
                                   ", only 'status' and 'eviction' are allowed");
    if (admission.operation == Operation::kCreate) return admit_new_pod(admission, node);
    if (admission.operation == Operation::kUpdate)
      return refuse(admission, "unexpected operation \"UPDATE\", node " + apiserver::quoted(node) +
                                   " can only create and delete mirror pods");
    if (static_cast<const Pod&>(*admission.old).spec().nodename() == node) return {};
    return refuse(admission, "node " + apiserver::quoted(node) +
                                 " can only delete pods with spec.nodeName set to itself");
  }

  Status admit_eviction(const AdmissionCall& admission, const std::string& node) {
    const auto& info = admission.call.info;
    const auto pod = cache_.find("", "pods")->get(info.ns + "/" + info.name);
    if (!pod) return errors::not_found({"", "pods", info.name});
    if (pod->field("spec.nodeName") == node) return {};
    return refuse(admission,
                  "node " + node + " can only evict pods with spec.nodeName set to itself");
  }

  static Status admit_pod_status(const AdmissionCall& admission, const std::string& node) {
    const auto& old = static_cast<const Pod&>(*admission.old);
    const auto who = "node " + apiserver::quoted(node) + " ";
    if (old.spec().nodename() != node)
      return refuse(admission,
                    who + "can only update pod status for pods with spec.nodeName set to itself");
    const auto& pod = static_cast<const Pod&>(*admission.object);
    if (same_labels(pod, old)) return {};
    return refuse(admission, who + "cannot update labels through pod status");
  }

  static bool same_labels(const Pod& pod, const Pod& old) {
    const auto &a = pod.metadata().labels(), &b = old.metadata().labels();
    return a.size() == b.size() && std::all_of(a.begin(), a.end(), [&](const auto& label) {
             const auto other = b.find(label.first);
             return other != b.end() && other->second == label.second;
           });
  }

  Status admit_new_pod(const AdmissionCall& admission, const std::string& node) {
    static constexpr const char* kMirror = "kubernetes.io/config.mirror";
    const auto& pod = static_cast<const Pod&>(*admission.object);
    if (!pod.metadata().annotations().contains(kMirror))
      return refuse(admission, "pod does not have " + apiserver::quoted(kMirror) +
                                   " annotation, node " + apiserver::quoted(node) +
                                   " can only create mirror pods");
    const auto who = "node " + apiserver::quoted(node) + " ";
    if (pod.spec().nodename() != node)
      return refuse(admission, who + "can only create pods with spec.nodeName set to itself");
    if (const auto why = check_owner(pod, node, cache_); !why.empty())
      return refuse(admission, who + why);
    if (const auto why = check_references(pod); !why.empty()) return refuse(admission, who + why);
    return {};
  }

  static Status admit_node(const AdmissionCall& admission, const std::string& node) {
    const auto& info = admission.call.info;
    const auto& name = admission.object ? metadata_of(*admission.object)->name() : info.name;
    const auto who = "node " + apiserver::quoted(node) + " ";
    if (name != node)
      return refuse(admission, who + "is not allowed to modify node " + apiserver::quoted(name));
    if (admission.operation == Operation::kDelete || info.subresource == "status") return {};
    const auto labels = forbidden_labels(*admission.object, admission.old);
    if (admission.operation == Operation::kCreate) {
      if (labels.empty()) return {};
      return refuse(admission, who + "is not allowed to set the following labels: " + labels);
    }
    const auto& spec = static_cast<const core_v1::Node&>(*admission.object).spec();
    const auto& before = static_cast<const core_v1::Node&>(*admission.old).spec();
    if (!same_taints(spec, before))
      return refuse(admission, who + "is not allowed to modify taints");
    if (!labels.empty()) return refuse(admission, "is not allowed to modify labels: " + labels);
    return {};
  }

  static bool same_taints(const core_v1::NodeSpec& a, const core_v1::NodeSpec& b) {
    return std::equal(a.taints().begin(), a.taints().end(), b.taints().begin(), b.taints().end(),
                      [](const auto& x, const auto& y) { return same_content(x, y); });
  }

  // Only for a pod that it runs.
  Status admit_token(const AdmissionCall& admission, const std::string& node) {
    const auto& call = admission.call;
    if (call.info.subresource != "token") return {};
    const auto& request = static_cast<const authentication_v1::TokenRequest&>(*admission.object);
    const auto& to = request.spec().boundobjectref();
    if (to.apiversion() != "v1" || to.kind() != "Pod" || to.name().empty())
      return refuse(admission, "node requested token not bound to a pod");
    if (to.uid().empty())
      return refuse(admission, "node requested token with a pod binding without a uid");
    const auto pod = cache_.find("", "pods")->get(call.info.ns + "/" + to.name());
    if (!pod) return errors::not_found({"", "pods", to.name()});
    if (pod->uid() != to.uid())
      return errors::conflict(
          {"", "pods", to.name()},
          "the UID in the bound object reference (" + to.uid() +
              ") does not match the UID in record. The object might have been deleted and then "
              "recreated");
    if (pod->field("spec.nodeName") != node)
      return refuse(admission, "node requested token bound to a pod scheduled on a different node");
    return {};
  }

  static Status admit_namesake(const AdmissionCall& admission, const std::string& node,
                               const std::string& what) {
    const auto& info = admission.call.info;
    const auto& name = admission.object ? metadata_of(*admission.object)->name() : info.name;
    if (name == node) return {};
    return refuse(admission,
                  "can only access " + what + " with the same name as the requesting node");
  }

  ClusterCache& cache_;
};

}  // namespace

std::unique_ptr<Admission> make_restriction(ClusterCache& cache) {
  return std::make_unique<NodeRestriction>(cache);
}

}  // namespace kubus::apiserver::node
