#include "node/node_restriction.h"

#include <google/protobuf/message.h>
#include <k8s/authentication/v1/token_request.pb.h>
#include <k8s/core/v1/node.pb.h>
#include <k8s/core/v1/pod.pb.h>
#include <k8s/core/v1/persistent_volume_claim.pb.h>
#include <k8s/meta/v1/object_meta.pb.h>
#include <k8s/resource/v1/resource_slice.pb.h>

#include <algorithm>

#include "auth/deferred.h"
#include "node/mirror_pod.h"
#include "node/node_authorizer.h"
#include "node/token_audience.h"
#include "validation/field_error.h"

namespace kubus::apiserver::node {
namespace {

using Operation = AdmissionCall::Operation;
using core_v1::Pod;

using core_v1::PersistentVolumeClaim;

template <class Items>
bool same_items(const Items& a, const Items& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const auto& x, const auto& y) { return same_content(x, y); });
}

bool same_labels(const Pod& pod, const Pod& old) {
  const auto &a = pod.metadata().labels(), &b = old.metadata().labels();
  return a.size() == b.size() && std::all_of(a.begin(), a.end(), [&](const auto& label) {
           const auto other = b.find(label.first);
           return other != b.end() && other->second == label.second;
         });
}

// What is left of a claim without what the node that grows its volume reports of it.
PersistentVolumeClaim not_reported(PersistentVolumeClaim claim) {
  claim.mutable_metadata()->clear_resourceversion();
  claim.mutable_metadata()->clear_managedfields();
  auto& status = *claim.mutable_status();
  status.clear_capacity();
  status.clear_conditions();
  status.clear_allocatedresources();
  status.clear_allocatedresourcestatuses();
  return claim;
}

class NodeRestriction final : public Admission {
 public:
  explicit NodeRestriction(const AdmissionContext& context)
      : cache_(context.cache), authorizers_(context.authorizers) {}

  Status admit(const AdmissionCall& admission) override {
    const auto node = node_of(admission.call.identity);
    if (!node) return {};
    if (node->empty())
      return refuse(admission, "could not determine node from user " +
                                   apiserver::quoted(admission.call.identity.name));
    const auto& resource = *admission.call.resource;
    const auto name = resource.group + "/" + resource.plural;
    if (name == "/pods") return admit_pod(admission, *node);
    if (name == "/nodes") return admit_node(admission, *node);
    if (name == "/serviceaccounts") return admit_token(admission, *node);
    if (name == "/persistentvolumeclaims") return admit_claim(admission, *node);
    if (name == "resource.k8s.io/resourceslices") return admit_slice(admission, *node);
    if (name == "coordination.k8s.io/leases") return admit_lease(admission, *node);
    if (name == "storage.k8s.io/csinodes") return admit_namesake(admission, *node, "CSINode");
    return {};
  }

 private:
  static Status refuse(const AdmissionCall& admission, const std::string& why) {
    return errors::forbidden(admission.call.subject(name_in(admission)), why);
  }

  static std::string name_in(const AdmissionCall& admission) {
    const auto& asked = admission.call.info.name;
    return asked.empty() && admission.object ? metadata_of(*admission.object)->name() : asked;
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
    if (!same_labels(pod, old))
      return refuse(admission, who + "cannot update labels through pod status");
    // By these it would come to read claims of others.
    if (!same_items(pod.status().resourceclaimstatuses(), old.status().resourceclaimstatuses()))
      return refuse(admission, who + "cannot update resource claim statuses");
    if (!same_content(pod.status().extendedresourceclaimstatus(),
                      old.status().extendedresourceclaimstatus()))
      return refuse(admission, who + "cannot update extended resource claim status");
    return {};
  }

  Status admit_new_pod(const AdmissionCall& admission, const std::string& node) {
    static constexpr const char* kMirror = "kubernetes.io/config.mirror";
    const auto& pod = static_cast<const Pod&>(*admission.object);
    if (!pod.metadata().annotations().contains(kMirror))
      return refuse(admission, "pod does not have " + apiserver::quoted(kMirror) +
                                   " annotation, node " + apiserver::quoted(node) +
                                   " can only create mirror pods");
    const auto why = wrong_with_mirror(pod, node, cache_);
    if (!why.ok()) return why.status();
    if (why->empty()) return {};
    return refuse(admission, "node " + apiserver::quoted(node) + " " + *why);
  }

  static Status admit_node(const AdmissionCall& admission, const std::string& node) {
    const auto name = name_in(admission);
    const auto who = "node " + apiserver::quoted(node) + " ";
    if (name != node)
      return refuse(admission, who + "is not allowed to modify node " + apiserver::quoted(name));
    if (admission.operation == Operation::kDelete) return {};
    const auto labels = forbidden_labels(*admission.object, admission.old);
    if (admission.operation == Operation::kCreate) {
      if (labels.empty()) return {};
      return refuse(admission, who + "is not allowed to set the following labels: " + labels);
    }
    const auto& spec = static_cast<const core_v1::Node&>(*admission.object).spec();
    const auto& before = static_cast<const core_v1::Node&>(*admission.old).spec();
    if (!same_items(spec.taints(), before.taints()))
      return refuse(admission, who + "is not allowed to modify taints");
    if (!labels.empty()) return refuse(admission, "is not allowed to modify labels: " + labels);
    // The garbage collector would remove it for the sake of an owner that does not exist.
    if (!same_items(metadata_of(*admission.object)->ownerreferences(),
                    metadata_of(*admission.old)->ownerreferences()))
      return refuse(admission, who + "is not allowed to modify ownerReferences");
    return {};
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
    return admit_audience(admission, request.spec().audiences(),
                          static_cast<const Pod&>(*pod->decode()));
  }

  // One that a volume of the pod needs, or that the node has a right of its own to ask for.
  template <class Audiences>
  Status admit_audience(const AdmissionCall& admission, const Audiences& audiences,
                        const Pod& pod) const {
    if (audiences.size() > 1)
      return refuse(admission, "node may only request 0 or 1 audiences");
    const auto audience = audiences.empty() ? std::string() : audiences[0];
    if (needs_token_for(pod, audience, cache_)) return {};
    RequestInfo right;
    right.is_resource = true;
    right.verb = "request-serviceaccounts-token-audience";
    right.resource = audience;
    right.ns = admission.call.info.ns;
    right.name = admission.call.info.name;
    return require_any(authorizers_, admission.call, {std::move(right)},
                       refuse(admission, "audience " + apiserver::quoted(audience) +
                                             " not found in pod spec volume"));
  }

  static Status admit_claim(const AdmissionCall& admission, const std::string& node) {
    if (admission.call.info.subresource != "status")
      return refuse(admission, "may only update PVC status");
    if (same_content(not_reported(static_cast<const PersistentVolumeClaim&>(*admission.object)),
                     not_reported(static_cast<const PersistentVolumeClaim&>(*admission.old))))
      return {};
    return refuse(admission, "node " + apiserver::quoted(node) +
                                 " is not allowed to update fields other than status.capacity and "
                                 "status.conditions");
  }

  static Status admit_slice(const AdmissionCall& admission, const std::string& node) {
    const bool creates = admission.creates();
    if (!creates && !admission.deletes()) return {};
    const auto& slice = static_cast<const resource_v1::ResourceSlice&>(
        creates ? *admission.object : *admission.old);
    if (slice.spec().nodename() == node) return {};
    return refuse(admission,
                  std::string("can only ") + (creates ? "create" : "delete") +
                      " ResourceSlice with the same NodeName as the requesting node");
  }

  static Status admit_lease(const AdmissionCall& admission, const std::string& node) {
    static constexpr const char* kLeases = "kube-node-lease";
    if (admission.call.info.ns != kLeases)
      return refuse(admission, "can only access leases in the " + apiserver::quoted(kLeases) +
                                   " system namespace");
    return admit_namesake(admission, node, "node lease");
  }

  static Status admit_namesake(const AdmissionCall& admission, const std::string& node,
                               const std::string& what) {
    if (name_in(admission) == node) return {};
    return refuse(admission,
                  "can only access " + what + " with the same name as the requesting node");
  }

  ClusterCache& cache_;
  const Authorizers& authorizers_;
};

}  // namespace

std::unique_ptr<Admission> make_restriction(const AdmissionContext& context) {
  return std::make_unique<NodeRestriction>(context);
}

}  // namespace kubus::apiserver::node
