#include "validation/warnings.h"

#include <google/protobuf/descriptor.h>
#include <k8s/apps/v1/deployment.pb.h>
#include <k8s/apps/v1/replica_set.pb.h>
#include <k8s/apps/v1/stateful_set.pb.h>
#include <k8s/batch/v1/cron_job.pb.h>
#include <k8s/batch/v1/job.pb.h>
#include <k8s/core/v1/replication_controller.pb.h>
#include <k8s/core/v1/selector.pb.h>
#include <k8s/discovery/v1/endpoint_slice.pb.h>
#include <k8s/networking/v1/ingress.pb.h>
#include <k8s/networking/v1/network_policy.pb.h>
#include <k8s/node/v1/runtime_class.pb.h>
#include <k8s/storage/v1/storage_class.pb.h>

#include <set>
#include <unordered_map>
#include <utility>

#include "kubus/api/types.h"
#include "kubus/ip.h"
#include "validation/field_error.h"

namespace kubus::apiserver {
namespace {

using google::protobuf::Message;
using Warnings = std::vector<std::string>;

// How labels of nodes were called that have other names now.
constexpr std::pair<std::string_view, std::string_view> kOldLabels[] = {
    {"beta.kubernetes.io/arch", "deprecated since v1.14; use \"kubernetes.io/arch\" instead"},
    {"beta.kubernetes.io/os", "deprecated since v1.14; use \"kubernetes.io/os\" instead"},
    {"failure-domain.beta.kubernetes.io/region",
     "deprecated since v1.17; use \"topology.kubernetes.io/region\" instead"},
    {"failure-domain.beta.kubernetes.io/zone",
     "deprecated since v1.17; use \"topology.kubernetes.io/zone\" instead"},
    {"beta.kubernetes.io/instance-type",
     "deprecated since v1.17; use \"node.kubernetes.io/instance-type\" instead"},
};

void warn_of_label(const std::string& key, const Path& path, Warnings& out) {
  for (const auto& [name, text] : kOldLabels)
    if (name == key) out.push_back(path.str() + ": " + std::string(text));
}

// Only a new object can still be called otherwise.
template <class T>
void warn_of_name(const T& object, const T* old, Warnings& out) {
  if (old) return;
  std::string list;
  for (const auto& message : check_dns1123_label(object.metadata().name()))
    list += (list.empty() ? "" : " ") + message;
  if (list.empty()) return;
  out.push_back(
      "metadata.name: this is used in Pod names and hostnames, which can result in surprising "
      "behavior; a DNS label is recommended: [" +
      list + "]");
}

void warn_of_indexes(const batch_v1::JobSpec& spec, Warnings& out) {
  constexpr std::int32_t kMany = 100'000;
  constexpr std::int32_t kManyAtOnce = 10'000;
  if (spec.completionmode() != "Indexed" || spec.completions() <= kMany ||
      spec.parallelism() <= kManyAtOnce)
    return;
  out.emplace_back(
      "In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than "
      "10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes "
      "fail");
}

void warn_of_job(const batch_v1::Job& job, const batch_v1::Job* old, Warnings& out) {
  warn_of_name(job, old, out);
  warn_of_indexes(job.spec(), out);
}

void warn_of_cron_job(const batch_v1::CronJob& job, const batch_v1::CronJob* old, Warnings& out) {
  warn_of_name(job, old, out);
  warn_of_indexes(job.spec().jobtemplate().spec(), out);
  // A new one is refused.
  if (old && job.spec().schedule().find("TZ") != std::string::npos) {
    out.emplace_back(
        "CRON_TZ or TZ used in spec.schedule is not officially supported, see "
        "https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details");
  }
}

void warn_of_stateful_set(const apps_v1::StatefulSet& object, const apps_v1::StatefulSet*,
                          Warnings& out) {
  if (object.spec().revisionhistorylimit() < 0) {
    out.emplace_back(
        "spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= "
        "0 is recommended");
  }
}

void warn_of_ingress(const networking_v1::Ingress& object, const networking_v1::Ingress* old,
                     Warnings& out) {
  constexpr const char* kAnnotation = "kubernetes.io/ingress.class";
  if (old || object.spec().has_ingressclassname() ||
      !object.metadata().annotations().contains(kAnnotation))
    return;
  out.push_back("annotation " + quoted(kAnnotation) +
                " is deprecated, please use 'spec.ingressClassName' instead");
}

// Addresses that others write in another way, and ranges that say two things at once.
Warnings ip_warnings(std::string_view text, const std::string& path) {
  const auto address = parse_ip(text);
  if (!address || address->text() == text) return {};
  const std::string shown = quoted(text), better = quoted(address->text());
  if (address->family == 6)
    return {path + ": IPv6 address " + shown + " should be in RFC 5952 canonical format (" +
            better + ")"};
  return {path + ": non-standard IP address " + shown +
          " will be considered invalid in a future Kubernetes release: use " + better};
}

Warnings cidr_warnings(std::string_view text, const std::string& path) {
  const auto network = parse_network(text);
  if (!network) return {};
  Warnings out;
  const auto masked = network->masked().text();
  if (network->masked() != *network) {
    const auto single =
        network->address.text() + "/" + std::to_string(network->address.bits());
    out.push_back(path + ": CIDR value " + quoted(text) +
                  " is ambiguous in this context (should be " + quoted(masked) + " or " +
                  quoted(single) + "?)");
  }
  if (network->text() == text) return out;
  if (network->address.family == 4) {
    out.push_back(path + ": non-standard CIDR value " + quoted(text) +
                  " will be considered invalid in a future Kubernetes release: use " +
                  quoted(masked));
  } else if (out.empty()) {
    out.push_back(path + ": IPv6 CIDR value " + quoted(text) +
                  " should be in RFC 5952 canonical format (" + quoted(network->text()) + ")");
  }
  return out;
}

void add_all(Warnings messages, Warnings& out) {
  for (auto& message : messages) out.push_back(std::move(message));
}

template <class Peers>
void warn_of_blocks(const Peers& peers, const Path& path, Warnings& out) {
  for (int i = 0; i < peers.size(); ++i) {
    if (!peers[i].has_ipblock()) continue;
    const auto& block = peers[i].ipblock();
    const Path at = path.index(i).child("ipBlock");
    add_all(cidr_warnings(block.cidr(), at.child("cidr").str()), out);
    for (int j = 0; j < block.except_size(); ++j)
      add_all(cidr_warnings(block.except(j), at.child("except").index(j).str()), out);
  }
}

void warn_of_network_policy(const networking_v1::NetworkPolicy& object,
                            const networking_v1::NetworkPolicy*, Warnings& out) {
  const Path path("spec");
  const auto& spec = object.spec();
  for (int i = 0; i < spec.ingress_size(); ++i)
    warn_of_blocks(spec.ingress(i).from(), path.child("ingress").index(i).child("from"), out);
  for (int i = 0; i < spec.egress_size(); ++i)
    warn_of_blocks(spec.egress(i).to(), path.child("egress").index(i).child("to"), out);
}

void warn_of_slice(const discovery_v1::EndpointSlice& slice, const discovery_v1::EndpointSlice*,
                   Warnings& out) {
  if (slice.addresstype() == "FQDN") {
    out.emplace_back("spec.addressType: FQDN endpoints are deprecated");
    return;
  }
  for (int i = 0; i < slice.endpoints_size(); ++i) {
    const auto& addresses = slice.endpoints(i).addresses();
    const Path path = Path("endpoints").index(i).child("addresses");
    for (int j = 0; j < addresses.size(); ++j)
      add_all(ip_warnings(addresses[j], path.index(j).str()), out);
  }
}

void warn_of_storage_class(const storage_v1::StorageClass& object, const storage_v1::StorageClass*,
                           Warnings& out) {
  for (int i = 0; i < object.allowedtopologies_size(); ++i) {
    const auto& items = object.allowedtopologies(i).matchlabelexpressions();
    const Path path = Path("allowedTopologies").index(i).child("matchLabelExpressions");
    for (int j = 0; j < items.size(); ++j)
      warn_of_label(items[j].key(), path.index(j).child("key"), out);
  }
}

void warn_of_runtime_class(const node_v1::RuntimeClass& object, const node_v1::RuntimeClass*,
                           Warnings& out) {
  std::set<std::string> keys;
  for (const auto& [key, value] : object.scheduling().nodeselector()) keys.insert(key);
  for (const auto& key : keys)
    warn_of_label(key, Path("scheduling").child("nodeSelector"), out);
}

using Warn = void (*)(const Message& object, const Message* old, Warnings& out);

template <class T, void (*kWarn)(const T&, const T*, Warnings&)>
void warn_as(const Message& object, const Message* old, Warnings& out) {
  kWarn(static_cast<const T&>(object), static_cast<const T*>(old), out);
}

template <class T, void (*kWarn)(const T&, const T*, Warnings&)>
std::pair<const google::protobuf::Descriptor* const, Warn> warning_of() {
  return {T::descriptor(), warn_as<T, kWarn>};
}

}  // namespace

void add_warnings(const Message& object, const Message* old, std::vector<std::string>& out) {
  static const std::unordered_map<const google::protobuf::Descriptor*, Warn> kinds = {
      warning_of<apps_v1::Deployment, warn_of_name<apps_v1::Deployment>>(),
      warning_of<apps_v1::ReplicaSet, warn_of_name<apps_v1::ReplicaSet>>(),
      warning_of<core_v1::ReplicationController, warn_of_name<core_v1::ReplicationController>>(),
      warning_of<apps_v1::StatefulSet, warn_of_stateful_set>(),
      warning_of<batch_v1::Job, warn_of_job>(),
      warning_of<batch_v1::CronJob, warn_of_cron_job>(),
      warning_of<networking_v1::Ingress, warn_of_ingress>(),
      warning_of<networking_v1::NetworkPolicy, warn_of_network_policy>(),
      warning_of<discovery_v1::EndpointSlice, warn_of_slice>(),
      warning_of<storage_v1::StorageClass, warn_of_storage_class>(),
      warning_of<node_v1::RuntimeClass, warn_of_runtime_class>()};
  const auto found = kinds.find(object.GetDescriptor());
  if (found != kinds.end()) found->second(object, old, out);
}

}  // namespace kubus::apiserver
