#include <google/protobuf/descriptor.h>
#include <k8s/core/v1/pod_spec.pb.h>
#include <k8s/core/v1/volume.pb.h>
#include <k8s/core/v1/volume_source.pb.h>

#include "kubus/api/quantity.h"
#include "validation/checks.h"
#include "validation/pod_spec.h"

namespace kubus::apiserver {
namespace {

using google::protobuf::FieldDescriptor;

constexpr std::string_view kModeRule =
    "must be a number between 0 and 0777 (octal), both inclusive";

void check_mode(bool present, std::int32_t mode, const Path& path, ErrorList& errors) {
  if (present && (mode < 0 || mode > 0777)) errors.invalid(path, mode, kModeRule);
}

bool has_backstep(std::string_view path) {
  for (;;) {
    const std::size_t slash = path.find('/');
    if (path.substr(0, slash) == "..") return true;
    if (slash == std::string_view::npos) return false;
    path.remove_prefix(slash + 1);
  }
}

template <class Items>
void check_items(const Items& items, const Path& path, ErrorList& errors) {
  for (int i = 0; i < items.size(); ++i) {
    const auto& item = items[i];
    const Path at = path.index(static_cast<std::size_t>(i));
    if (item.key().empty()) errors.required(at.child("key"));
    if (item.path().empty()) {
      errors.required(at.child("path"));
    } else if (item.path().front() == '/') {
      errors.invalid(at.child("path"), item.path(), "must be a relative path");
    } else if (has_backstep(item.path())) {
      errors.invalid(at.child("path"), item.path(), "must not contain '..'");
    }
    check_mode(item.has_mode(), item.mode(), at.child("mode"), errors);
  }
}

void check_host_path(const core_v1::HostPathVolumeSource& source, const Path& path,
                     ErrorList& errors) {
  if (source.path().empty()) {
    errors.required(path.child("path"));
    return;
  }
  if (has_backstep(source.path())) {
    errors.invalid(path.child("path"), source.path(), "must not contain '..'");
  }
  if (!source.type().empty()) {
    check_one_of(source.type(),
                 {"BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File",
                  "FileOrCreate", "Socket"},
                 path.child("type"), errors);
  }
}

void check_projected(const core_v1::ProjectedVolumeSource& source, const Path& path,
                     ErrorList& errors) {
  check_mode(source.has_defaultmode(), source.defaultmode(), path.child("defaultMode"), errors);
  for (int i = 0; i < source.sources_size(); ++i) {
    const auto& projection = source.sources(i);
    const Path at = path.child("sources").index(static_cast<std::size_t>(i));
    if (projection.has_secret()) {
      if (projection.secret().localobjectreference().name().empty()) {
        errors.required(at.child("secret").child("name"));
      }
      check_items(projection.secret().items(), at.child("secret").child("items"), errors);
    }
    if (projection.has_configmap()) {
      if (projection.configmap().localobjectreference().name().empty()) {
        errors.required(at.child("configMap").child("name"));
      }
      check_items(projection.configmap().items(), at.child("configMap").child("items"), errors);
    }
    if (projection.has_serviceaccounttoken()) {
      const auto& token = projection.serviceaccounttoken();
      if (token.expirationseconds() < 600) {
        errors.invalid(at.child("serviceAccountToken").child("expirationSeconds"),
                       token.expirationseconds(),
                       "may not specify a duration less than 10 minutes");
      }
      if (token.path().empty()) errors.required(at.child("serviceAccountToken").child("path"));
    }
  }
}

void check_empty_dir(const core_v1::EmptyDirVolumeSource& source, const Path& path,
                     ErrorList& errors) {
  if (source.has_sizelimit() && QuantityValue::of(source.sizelimit()).sign() < 0) {
    errors.forbidden(path.child("sizeLimit"), "SizeLimit field must be a valid resource quantity");
  }
}

void check_source(const core_v1::VolumeSource& source, const Path& path, ErrorList& errors) {
  std::vector<const FieldDescriptor*> present;
  source.GetReflection()->ListFields(source, &present);
  if (present.empty()) {
    errors.required(path, "must specify a volume type");
    return;
  }
  for (std::size_t i = 1; i < present.size(); ++i) {
    errors.forbidden(path.child(present[i]->name()), "may not specify more than 1 volume type");
  }
  if (source.has_hostpath()) check_host_path(source.hostpath(), path.child("hostPath"), errors);
  if (source.has_emptydir()) check_empty_dir(source.emptydir(), path.child("emptyDir"), errors);
  if (source.has_secret()) {
    const Path at = path.child("secret");
    if (source.secret().secretname().empty()) errors.required(at.child("secretName"));
    check_mode(true, source.secret().defaultmode(), at.child("defaultMode"), errors);
    check_items(source.secret().items(), at.child("items"), errors);
  }
  if (source.has_configmap()) {
    const Path at = path.child("configMap");
    if (source.configmap().localobjectreference().name().empty()) {
      errors.required(at.child("name"));
    }
    check_mode(true, source.configmap().defaultmode(), at.child("defaultMode"), errors);
    check_items(source.configmap().items(), at.child("items"), errors);
  }
  if (source.has_projected()) check_projected(source.projected(), path.child("projected"), errors);
  if (source.has_persistentvolumeclaim() && source.persistentvolumeclaim().claimname().empty()) {
    errors.required(path.child("persistentVolumeClaim").child("claimName"));
  }
  if (source.has_nfs()) {
    const Path at = path.child("nfs");
    if (source.nfs().server().empty()) errors.required(at.child("server"));
    if (source.nfs().path().empty()) errors.required(at.child("path"));
  }
}

}  // namespace

VolumeNames check_volumes(const core_v1::PodSpec& spec, const Path& path, ErrorList& errors) {
  VolumeNames names;
  for (int i = 0; i < spec.volumes_size(); ++i) {
    const core_v1::Volume& volume = spec.volumes(i);
    const Path at = path.index(static_cast<std::size_t>(i));
    check_source(volume.volumesource(), at, errors);
    if (volume.name().empty()) {
      errors.required(at.child("name"));
      continue;
    }
    const Messages messages = check_dns1123_label(volume.name());
    check_each(messages, volume.name(), at.child("name"), errors);
    if (!names.insert(volume.name()).second) errors.duplicate(at.child("name"), volume.name());
  }
  return names;
}

}  // namespace kubus::apiserver
