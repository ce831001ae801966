#include <google/protobuf/message.h>
#include <k8s/core/v1/service_account.pb.h>

#include <algorithm>

#include "admission/created_pod.h"
#include "admission/mountable_secrets.h"
#include "admission/plugins.h"
#include "admission/secret_references.h"
#include "registry/metadata.h"

namespace kubus::apiserver {
namespace {

using core_v1::Pod;
using core_v1::ServiceAccount;

constexpr const char* kDefault = "default";
constexpr const char* kMirror = "kubernetes.io/config.mirror";
constexpr const char* kVolume = "kube-api-access-";
constexpr const char* kMountPath = "/var/run/secrets/kubernetes.io/serviceaccount";
// An hour, and a little by which the API server tells these tokens from others.
constexpr std::int64_t kTokenSeconds = 3607;
constexpr std::int32_t kMode = 0644;

bool wants_token(const ServiceAccount& account, const Pod& pod) {
  if (pod.spec().has_automountserviceaccounttoken())
    return pod.spec().automountserviceaccounttoken();
  return !account.has_automountserviceaccounttoken() || account.automountserviceaccounttoken();
}

// Token, certificate of the cluster, and namespace.
void fill_volume(core_v1::Volume& volume, const std::string& name) {
  volume.set_name(name);
  auto& projected = *volume.mutable_volumesource()->mutable_projected();
  projected.set_defaultmode(kMode);
  auto& token = *projected.add_sources()->mutable_serviceaccounttoken();
  token.set_expirationseconds(kTokenSeconds);
  token.set_path("token");
  auto& map = *projected.add_sources()->mutable_configmap();
  map.mutable_localobjectreference()->set_name("kube-root-ca.crt");
  auto& certificate = *map.add_items();
  certificate.set_key("ca.crt");
  certificate.set_path("ca.crt");
  auto& file = *projected.add_sources()->mutable_downwardapi()->add_items();
  file.set_path("namespace");
  file.mutable_fieldref()->set_apiversion("v1");
  file.mutable_fieldref()->set_fieldpath("metadata.namespace");
}

// True if one of them had nothing mounted there.
template <class Containers>
bool mount_in(Containers& containers, const std::string& volume) {
  bool mounted = false;
  for (auto& container : containers) {
    const auto& mounts = container.volumemounts();
    if (std::any_of(mounts.begin(), mounts.end(),
                    [](const auto& mount) { return mount.mountpath() == kMountPath; }))
      continue;
    auto& mount = *container.add_volumemounts();
    mount.set_name(volume);
    mount.set_readonly(true);
    mount.set_mountpath(kMountPath);
    mounted = true;
  }
  return mounted;
}

void mount_token(core_v1::PodSpec& spec) {
  const auto& volumes = spec.volumes();
  const auto there = std::find_if(volumes.begin(), volumes.end(), [](const auto& volume) {
    return volume.name().starts_with(kVolume);
  });
  const bool has_volume = there != volumes.end();
  const auto name = has_volume ? there->name() : generated_name(kVolume);
  const bool in_init = mount_in(*spec.mutable_initcontainers(), name);
  const bool in_containers = mount_in(*spec.mutable_containers(), name);
  if (!has_volume && (in_init || in_containers)) fill_volume(*spec.add_volumes(), name);
}

class ServiceAccountAdmission final : public Admission {
 public:
  explicit ServiceAccountAdmission(ClusterCache& cache)
      : accounts_(*cache.find("", "serviceaccounts")) {}

  Status admit(const AdmissionCall& admission) override {
    auto* pod = created_pod(admission);
    if (!pod) return {};
    const auto refuse = [&](const std::string& why) {
      return errors::forbidden(admission.call.subject(shown_name(*pod)), why);
    };
    if (pod->metadata().annotations().contains(kMirror)) {
      const auto why = wrong_in_mirror(*pod);
      return why.empty() ? Status() : refuse(why);
    }
    auto& spec = *pod->mutable_spec();
    const auto name = account_name(spec);
    spec.set_serviceaccountname(name);
    spec.set_serviceaccount(name);
    const auto object = accounts_.get(admission.call.info.ns + "/" + name);
    if (!object)
      return refuse("error looking up service account " + admission.call.info.ns + "/" + name +
                    ": serviceaccount \"" + name + "\" not found");
    const auto message = object->decode();
    const auto& account = static_cast<const ServiceAccount&>(*message);
    if (wants_token(account, *pod)) mount_token(spec);
    if (spec.imagepullsecrets().empty())
      *spec.mutable_imagepullsecrets() = account.imagepullsecrets();
    return {};
  }

  // Which secrets an account lets its pods have.
  Status validate(const AdmissionCall& admission) override {
    const bool added = admission.updates() && admission.is("", "pods", "ephemeralcontainers");
    if (!added && !(admission.creates() && admission.is("", "pods"))) return {};
    const auto& pod = static_cast<const Pod&>(*admission.object);
    if (pod.metadata().annotations().contains(kMirror)) return {};
    const auto object =
        accounts_.get(admission.call.info.ns + "/" + account_name(pod.spec()));
    if (!object) return {};
    const auto message = object->decode();
    const auto& account = static_cast<const ServiceAccount&>(*message);
    if (!limits_secrets(account)) return {};
    const auto why = beyond_account(account, pod.spec(), added);
    return why.empty() ? Status() : errors::forbidden(admission.call.subject(shown_name(pod)), why);
  }

  // The default account of a new namespace is made by a controller.
  bool may_pass_soon(const AdmissionCall& admission) override {
    const auto* pod = created_pod(admission);
    return pod && !pod->metadata().annotations().contains(kMirror) &&
           account_name(pod->spec()) == kDefault &&
           !accounts_.get(admission.call.info.ns + "/" + kDefault);
  }

 private:
  // A name that is being made is no name yet.
  static const std::string& shown_name(const Pod& pod) {
    const auto& metadata = pod.metadata();
    return metadata.generatename().empty() ? metadata.name() : metadata.generatename();
  }

  static std::string account_name(const core_v1::PodSpec& spec) {
    if (!spec.serviceaccountname().empty()) return spec.serviceaccountname();
    return spec.serviceaccount().empty() ? kDefault : spec.serviceaccount();
  }

  // What a pod that a node runs of its own accord may not have.
  static std::string wrong_in_mirror(const Pod& pod) {
    const auto& spec = pod.spec();
    if (!spec.serviceaccountname().empty())
      return "a mirror pod may not reference service accounts";
    if (refers_to_secret(spec)) return "a mirror pod may not reference secrets";
    for (const auto& volume : spec.volumes())
      for (const auto& source : volume.volumesource().projected().sources())
        if (source.has_serviceaccounttoken())
          return "a mirror pod may not use ServiceAccountToken volume projections";
    return {};
  }

  const ResourceCache& accounts_;
};

}  // namespace

std::unique_ptr<Admission> make_service_account(const AdmissionContext& context) {
  return std::make_unique<ServiceAccountAdmission>(context.cache);
}

}  // namespace kubus::apiserver
