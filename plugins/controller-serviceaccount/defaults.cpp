#include "defaults.h"

#include "kubus/object.h"

namespace kubus::serviceaccount {
namespace {

constexpr char kDescription[] = "kubernetes.io/description";
constexpr char kDescriptionText[] =
    "Certificates that verify the API server when it is reached from inside the cluster, such as "
    "by kubernetes.default.svc. Not meant for any other server.";

void set_certificate(core_v1::ConfigMap& map, const std::string& ca) {
  map.mutable_data()->clear();
  (*map.mutable_data())["ca.crt"] = ca;
  auto& description = (*map.mutable_metadata()->mutable_annotations())[kDescription];
  if (description.empty()) description = kDescriptionText;
}

}  // namespace

bool is_active(const core_v1::Namespace& ns) {
  const auto& phase = ns.status().phase();
  return !is_deleting(ns) && (phase.empty() || phase == "Active");
}

core_v1::ServiceAccount account_for(const core_v1::Namespace& ns) {
  core_v1::ServiceAccount account;
  account.mutable_metadata()->set_name(kAccount);
  account.mutable_metadata()->set_namespace_(ns.metadata().name());
  return account;
}

core_v1::ConfigMap root_ca_for(const core_v1::Namespace& ns, const std::string& ca) {
  core_v1::ConfigMap map;
  map.mutable_metadata()->set_name(kRootCa);
  map.mutable_metadata()->set_namespace_(ns.metadata().name());
  set_certificate(map, ca);
  return map;
}

bool is_current(const core_v1::ConfigMap& map, const std::string& ca) {
  const auto& annotations = map.metadata().annotations();
  const auto description = annotations.find(kDescription);
  const auto data = map.data().find("ca.crt");
  return map.data().size() == 1 && data != map.data().end() && data->second == ca &&
         description != annotations.end() && !description->second.empty();
}

core_v1::ConfigMap corrected(const core_v1::ConfigMap& map, const std::string& ca) {
  core_v1::ConfigMap out = map;
  set_certificate(out, ca);
  return out;
}

bool is_settled(const Status& status) {
  switch (status.code()) {
    case Code::kOk:
    case Code::kAlreadyExists:
    case Code::kNotFound:
      return true;
    case Code::kForbidden:
      return status.message().find("being terminated") != std::string::npos;
    default:
      return false;
  }
}

}  // namespace kubus::serviceaccount
