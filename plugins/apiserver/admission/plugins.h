// The admission plugins of this server, under the names the reference gives them.
//
// Thread safety: pure functions, called while the server is set up.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "admission/admission.h"
#include "admission/event_limit.h"
#include "auth/authorizer.h"
#include "cache/cluster_cache.h"
#include "custom/catalog.h"
#include "podsecurity/configuration.h"
#include "registry/arrivals.h"

namespace kubus::apiserver {

// What plugins ask about; all of it outlives them.
struct AdmissionContext {
  ClusterCache& cache;
  const Authorizers& authorizers;
  std::vector<EventLimit> event_limits = {};
  Arrivals* arrivals = nullptr;  // null: nobody asks
  const KindCatalog* kinds = nullptr;  // of policies, which see objects in other versions
  podsecurity::Configuration pod_security = {};
};

// Those that are on by default, with `enabled` and without `disabled`, in their fixed order.
// kBadRequest names a plugin that does not exist.
Result<Admissions> make_admissions(const AdmissionContext& context,
                                   const std::vector<std::string>& enabled,
                                   const std::vector<std::string>& disabled);

// Nothing is made in a namespace that is missing or on its way out, and the first ones stay.
std::unique_ptr<Admission> make_namespace_lifecycle(const AdmissionContext& context);
// Bounds and defaults of what pods and claims ask for.
std::unique_ptr<Admission> make_limit_ranger(const AdmissionContext& context);
// Pods run as a service account that exists, "default" unless they say otherwise, and have a token
// of it mounted.
std::unique_ptr<Admission> make_service_account(const AdmissionContext& context);
// A new node takes no pods before it is ready.
std::unique_ptr<Admission> make_node_taint(const AdmissionContext& context);
// Nobody writes more events than they may.
std::unique_ptr<Admission> make_event_rate_limit(const AdmissionContext& context);
// What pods may do to their node, by the labels of their namespace.
std::unique_ptr<Admission> make_pod_security(const AdmissionContext& context);
// Turns a pod's priority class into its priority.
std::unique_ptr<Admission> make_priority(const AdmissionContext& context);
// Pods stay for five minutes on a node that is not ready or not reachable.
std::unique_ptr<Admission> make_default_tolerations(const AdmissionContext& context);
// Pods tolerate the taints of the special resources they ask for.
std::unique_ptr<Admission> make_extended_resources(const AdmissionContext& context);
// Claims that name no class get the default one, and so do ingresses.
std::unique_ptr<Admission> make_default_storage_class(const AdmissionContext& context);
std::unique_ptr<Admission> make_default_ingress_class(const AdmissionContext& context);
// Claims and volumes are held while they are in use.
std::unique_ptr<Admission> make_storage_protection(const AdmissionContext& context);
// Who ties an object to an owner must be able to delete it.
std::unique_ptr<Admission> make_owner_references(const AdmissionContext& context);
// A claim grows where its class allows it.
std::unique_ptr<Admission> make_claim_resize(const AdmissionContext& context);
// What the runtime class of a pod adds to it.
std::unique_ptr<Admission> make_runtime_class(const AdmissionContext& context);
// Who may approve and sign requests for certificates; none is made for system:masters.
std::unique_ptr<Admission> make_certificate_approval(const AdmissionContext& context);
std::unique_ptr<Admission> make_certificate_signing(const AdmissionContext& context);
std::unique_ptr<Admission> make_certificate_subject(const AdmissionContext& context);
// Pods show the zone and the region of their node.
std::unique_ptr<Admission> make_topology_labels(const AdmissionContext& context);

}  // namespace kubus::apiserver
