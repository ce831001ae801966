#include "node/references.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <k8s/meta/v1/object_meta.pb.h>

#include <string_view>

namespace kubus::apiserver::node {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

std::string text(const Message& message, const char* field) {
  const auto* descriptor = message.GetDescriptor()->FindFieldByName(field);
  return descriptor ? message.GetReflection()->GetString(message, descriptor) : std::string();
}

// Every reference to a secret or a config map has one of these shapes, wherever it stands.
class Walk {
 public:
  Walk(std::string ns, std::set<Reference>& found) : ns_(std::move(ns)), found_(found) {}

  void message(const Message& message, std::string_view field) {
    const std::string_view type = message.GetDescriptor()->name();
    if (type == "LocalObjectReference") return local(text(message, "name"), field);
    if (type == "SecretReference") return secret(text(message, "namespace"), text(message, "name"));
    if (type == "SecretVolumeSource" || type.starts_with("AzureFile"))
      return secret(text(message, "secretNamespace"), text(message, "secretName"));
    if (type == "PersistentVolumeClaimVolumeSource")
      return add(Kind::kVolumeClaim, ns_, text(message, "claimName"));
    const auto outer = within_;
    if (type.starts_with("ConfigMap")) within_ = Kind::kConfigMap;
    if (type.starts_with("Secret")) within_ = Kind::kSecret;
    fields(message);
    within_ = outer;
  }

 private:
  void fields(const Message& message) {
    const auto& reflection = *message.GetReflection();
    std::vector<const FieldDescriptor*> set;
    reflection.ListFields(message, &set);
    for (const auto* field : set) {
      if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE || field->is_map()) continue;
      if (!field->is_repeated()) {
        this->message(reflection.GetMessage(message, field), field->name());
        continue;
      }
      for (int i = 0; i < reflection.FieldSize(message, field); ++i)
        this->message(reflection.GetRepeatedMessage(message, field, i), field->name());
    }
  }

  // A name alone says what it names by the field it is in, or by what it is a part of.
  void local(const std::string& name, std::string_view field) {
    if (field == "imagePullSecrets" || field.ends_with("ecretRef"))
      add(Kind::kSecret, ns_, name);
    else if (within_ != Kind::kPod)
      add(within_, ns_, name);
  }
  void secret(const std::string& ns, const std::string& name) {
    add(Kind::kSecret, ns.empty() ? ns_ : ns, name);
  }
  void add(Kind kind, const std::string& ns, const std::string& name) {
    if (!name.empty()) found_.insert({kind, ns, name});
  }

  const std::string ns_;
  std::set<Reference>& found_;
  Kind within_ = Kind::kPod;  // nothing that counts
};

void add_resource_claims(const core_v1::Pod& pod, std::set<Reference>& found) {
  const auto& ns = pod.metadata().namespace_();
  for (const auto& claim : pod.spec().resourceclaims())
    if (!claim.resourceclaimname().empty())
      found.insert({Kind::kResourceClaim, ns, claim.resourceclaimname()});
  for (const auto& status : pod.status().resourceclaimstatuses())
    if (!status.resourceclaimname().empty())
      found.insert({Kind::kResourceClaim, ns, status.resourceclaimname()});
}

}  // namespace

std::set<Reference> references_of(const core_v1::Pod& pod) {
  const auto& ns = pod.metadata().namespace_();
  std::set<Reference> found = {{Kind::kPod, ns, pod.metadata().name()}};
  // A mirror pod is made by its node, which must not get at secrets by naming them.
  if (pod.metadata().annotations().contains("kubernetes.io/config.mirror")) return found;
  Walk(ns, found).message(pod.spec(), "spec");
  // A volume of the pod's own has a claim of its own.
  for (const auto& volume : pod.spec().volumes())
    if (volume.volumesource().has_ephemeral())
      found.insert({Kind::kVolumeClaim, ns, pod.metadata().name() + "-" + volume.name()});
  if (!pod.spec().serviceaccountname().empty())
    found.insert({Kind::kServiceAccount, ns, pod.spec().serviceaccountname()});
  add_resource_claims(pod, found);
  return found;
}

std::set<Reference> references_of(const core_v1::PersistentVolume& volume) {
  std::set<Reference> found;
  Walk(volume.spec().claimref().namespace_(), found).message(volume.spec(), "spec");
  return found;
}

}  // namespace kubus::apiserver::node
