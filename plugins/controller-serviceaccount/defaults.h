// What every namespace is given: its `default` ServiceAccount and the cluster's root certificate.
//
// Thread safety: pure functions.
#pragma once

#include <k8s/core/v1/config_map.pb.h>
#include <k8s/core/v1/namespace.pb.h>
#include <k8s/core/v1/service_account.pb.h>

#include <string>

#include "kubus/api/types.h"
#include "kubus/status.h"

namespace kubus::serviceaccount {

inline constexpr char kAccount[] = "default";
inline constexpr char kRootCa[] = "kube-root-ca.crt";

// Neither ending nor in another phase than Active.
bool is_active(const core_v1::Namespace& ns);

core_v1::ServiceAccount account_for(const core_v1::Namespace& ns);
core_v1::ConfigMap root_ca_for(const core_v1::Namespace& ns, const std::string& ca);
// Holds exactly this certificate and is described.
bool is_current(const core_v1::ConfigMap& map, const std::string& ca);
// `map` with the certificate as its only data, otherwise as it was.
core_v1::ConfigMap corrected(const core_v1::ConfigMap& map, const std::string& ca);

// Outcomes of a write that need no repetition: somebody was faster, or the namespace ends.
bool is_settled(const Status& status);

}  // namespace kubus::serviceaccount
