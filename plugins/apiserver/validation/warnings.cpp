#include "validation/warnings.h"

#include <google/protobuf/descriptor.h>
#include <k8s/apps/v1/daemon_set.pb.h>
#include <k8s/apps/v1/deployment.pb.h>
#include <k8s/apps/v1/replica_set.pb.h>
#include <k8s/apps/v1/stateful_set.pb.h>
#include <k8s/batch/v1/cron_job.pb.h>
#include <k8s/batch/v1/job.pb.h>
#include <k8s/core/v1/persistent_volume.pb.h>
#include <k8s/core/v1/persistent_volume_claim.pb.h>
#include <k8s/core/v1/pod.pb.h>
#include <k8s/core/v1/pod_template.pb.h>
#include <k8s/core/v1/replication_controller.pb.h>
#include <k8s/core/v1/selector.pb.h>
#include <k8s/core/v1/service.pb.h>
#include <k8s/custom_object.pb.h>
#include <k8s/discovery/v1/endpoint_slice.pb.h>
#include <k8s/networking/v1/ingress.pb.h>
#include <k8s/networking/v1/network_policy.pb.h>
#include <k8s/node/v1/runtime_class.pb.h>
#include <k8s/storage/v1/storage_class.pb.h>

#include <unordered_map>
#include <utility>

#include "kubus/api/types.h"
#include "validation/address_warnings.h"
#include "validation/checks.h"
#include "validation/definition_warnings.h"
#include "validation/field_error.h"
#include "validation/kind_warnings.h"
#include "validation/pod_warnings.h"

namespace kubus::apiserver {
namespace {

using google::protobuf::Message;
using Warnings = std::vector<std::string>;

void add_all(Warnings messages, Warnings& out) {
  for (auto& message : messages) out.push_back(std::move(message));
}

std::string name_faults(const std::string& name) {
  std::string list;
  for (const auto& message : check_dns1123_label(name)) list += (list.empty() ? "" : " ") + message;
  return list.empty() ? list : "[" + list + "]";
}

// Only a new object can still be called otherwise.
template <class T>
void warn_of_name(const T& object, const T* old, Warnings& out) {
  if (old) return;
  const auto faults = name_faults(object.metadata().name());
  if (faults.empty()) return;
  out.push_back(
      "metadata.name: this is used in Pod names and hostnames, which can result in surprising "
      "behavior; a DNS label is recommended: " +
      faults);
}

// Nobody is told of a template again while all is as it was.
template <class Part>
bool is_changed(const Part& part, const Part* old) {
  return old == nullptr || !equal(part, *old);
}

template <class T>
auto spec_of(const T* object) {
  return object ? &object->spec() : nullptr;
}

template <class T>
void warn_of_changed_template(const T& object, const T* old, Warnings& out) {
  Warnings found;
  warn_of_template(object.spec().template_(), Path("spec").child("template"), found);
  if (!found.empty() && is_changed(object.spec(), spec_of(old))) add_all(std::move(found), out);
}

template <class T>
void warn_of_workload(const T& object, const T* old, Warnings& out) {
  warn_of_name(object, old, out);
  warn_of_changed_template(object, old, out);
}

// Its hosts are not called by it, and it counts the changes of its template alone.
void warn_of_daemon_set(const apps_v1::DaemonSet& object, const apps_v1::DaemonSet* old,
                        Warnings& out) {
  const auto& pods = object.spec().template_();
  if (is_changed(pods, old ? &old->spec().template_() : nullptr))
    warn_of_template(pods, Path("spec").child("template"), out);
}

void warn_of_stateful_set(const apps_v1::StatefulSet& object, const apps_v1::StatefulSet* old,
                          Warnings& out) {
  warn_of_changed_template(object, old, out);
  const auto& claims = object.spec().volumeclaimtemplates();
  for (int i = 0; i < claims.size(); ++i)
    warn_of_claim_spec(claims[i].spec(),
                       Path("spec").child("volumeClaimTemplates").index(i).child("Spec"), out);
  if (object.spec().revisionhistorylimit() < 0) {
    out.emplace_back(
        "spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= "
        "0 is recommended");
  }
}

void warn_of_pod_template(const core_v1::PodTemplate& object, const core_v1::PodTemplate* old,
                          Warnings& out) {
  if (is_changed(object.template_(), old ? &old->template_() : nullptr))
    warn_of_template(object.template_(), Path("template"), out);
}

void warn_of_new_pod(const core_v1::Pod& pod, const core_v1::Pod* old, Warnings& out) {
  if (old) return;
  const auto faults = name_faults(pod.metadata().name());
  if (!faults.empty())
    out.push_back(
        "metadata.name: this is used in the Pod's hostname, which can result in surprising "
        "behavior; a DNS label is recommended: " +
        faults);
  warn_of_pod(pod.spec(), pod.metadata(), out);
}

void warn_of_claim(const core_v1::PersistentVolumeClaim& claim,
                   const core_v1::PersistentVolumeClaim*, Warnings& out) {
  warn_of_claim_spec(claim.spec(), Path("spec"), out);
}

template <class T, void (*kWarn)(const T&, Warnings&)>
void warn_always(const T& object, const T*, Warnings& out) {
  kWarn(object, out);
}

void warn_of_job_spec(const batch_v1::JobSpec& spec, const batch_v1::JobSpec* old, const Path& path,
                      Warnings& out) {
  constexpr std::int32_t kMany = 100'000;
  constexpr std::int32_t kManyAtOnce = 10'000;
  Warnings found;
  if (spec.completionmode() == "Indexed" && spec.completions() > kMany &&
      spec.parallelism() > kManyAtOnce)
    found.emplace_back(
        "In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher "
        "than 10^4, Kubernetes might not be able to track completedIndexes when a big number of "
        "indexes fail");
  warn_of_template(spec.template_(), path.child("template"), found);
  if (!found.empty() && is_changed(spec, old)) add_all(std::move(found), out);
}

void warn_of_job(const batch_v1::Job& job, const batch_v1::Job* old, Warnings& out) {
  warn_of_name(job, old, out);
  warn_of_job_spec(job.spec(), spec_of(old), Path("spec"), out);
}

void warn_of_cron_job(const batch_v1::CronJob& job, const batch_v1::CronJob* old, Warnings& out) {
  warn_of_name(job, old, out);
  warn_of_job_spec(job.spec().jobtemplate().spec(),
                   old ? &old->spec().jobtemplate().spec() : nullptr,
                   Path("spec").child("jobTemplate").child("spec"), out);
  // A new one is refused.
  if (old && job.spec().schedule().find("TZ") != std::string::npos) {
    out.emplace_back(
        "CRON_TZ or TZ used in spec.schedule is not officially supported, see "
        "https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details");
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
      if (const auto text = old_label_text(items[j].key()); !text.empty())
        out.push_back(path.index(j).child("key").str() + ": " + std::string(text));
  }
}

void warn_of_runtime_class(const node_v1::RuntimeClass& object, const node_v1::RuntimeClass*,
                           Warnings& out) {
  for (const auto& [key, text] : old_labels_in(object.scheduling().nodeselector()))
    out.push_back("scheduling.nodeSelector: " + std::string(text));
}

// Of custom objects: names without a domain are the API's own.
void warn_of_finalizers(const schema::CustomObject& object, const schema::CustomObject* old,
                        Warnings& out) {
  constexpr std::string_view kOwn[] = {"orphan", "foregroundDeletion", "kubernetes"};
  std::set<std::string_view> before(std::begin(kOwn), std::end(kOwn));
  if (old) before.insert(old->metadata().finalizers().begin(), old->metadata().finalizers().end());
  for (const auto& name : object.metadata().finalizers())
    if (name.find('/') == std::string::npos && !before.contains(name))
      out.push_back("metadata.finalizers: " + quoted(name) +
                    ": prefer a domain-qualified finalizer name to avoid accidental conflicts with "
                    "other finalizer writers");
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
      warning_of<core_v1::Pod, warn_of_new_pod>(),
      warning_of<core_v1::PodTemplate, warn_of_pod_template>(),
      warning_of<core_v1::PersistentVolumeClaim, warn_of_claim>(),
      warning_of<core_v1::PersistentVolume,
                 warn_always<core_v1::PersistentVolume, warn_of_volume>>(),
      warning_of<core_v1::Service, warn_always<core_v1::Service, warn_of_service>>(),
      warning_of<apps_v1::Deployment, warn_of_workload<apps_v1::Deployment>>(),
      warning_of<apps_v1::ReplicaSet, warn_of_workload<apps_v1::ReplicaSet>>(),
      warning_of<core_v1::ReplicationController,
                 warn_of_workload<core_v1::ReplicationController>>(),
      warning_of<apps_v1::DaemonSet, warn_of_daemon_set>(),
      warning_of<apps_v1::StatefulSet, warn_of_stateful_set>(),
      warning_of<batch_v1::Job, warn_of_job>(),
      warning_of<batch_v1::CronJob, warn_of_cron_job>(),
      warning_of<networking_v1::Ingress, warn_of_ingress>(),
      warning_of<networking_v1::NetworkPolicy, warn_of_network_policy>(),
      warning_of<discovery_v1::EndpointSlice, warn_of_slice>(),
      warning_of<storage_v1::StorageClass, warn_of_storage_class>(),
      warning_of<node_v1::RuntimeClass, warn_of_runtime_class>(),
      warning_of<schema::CustomObject, warn_of_finalizers>(),
      warning_of<apiextensions_v1::CustomResourceDefinition, warn_of_definition>()};
  const auto found = kinds.find(object.GetDescriptor());
  if (found != kinds.end()) found->second(object, old, out);
}

}  // namespace kubus::apiserver
