#include "validation/metadata.h"

#include <k8s/meta/v1/object_meta.pb.h>

#include <algorithm>
#include <set>

#include "kubus/api/time.h"
#include "validation/checks.h"
#include "validation/printable.h"

namespace kubus::apiserver {
namespace {

constexpr std::size_t kLongestSubresource = 256;

struct KindName {
  std::string_view group;
  std::string_view kind;
  NameCheck check;
};

// Kinds whose names are not DNS subdomains.
constexpr KindName kNames[] = {
    {"", "Namespace", check_dns1123_label},
    {"", "Service", check_dns1035_label},
    {"rbac.authorization.k8s.io", "Role", check_path_segment},
    {"rbac.authorization.k8s.io", "RoleBinding", check_path_segment},
    {"rbac.authorization.k8s.io", "ClusterRole", check_path_segment},
    {"rbac.authorization.k8s.io", "ClusterRoleBinding", check_path_segment},
    {"apiregistration.k8s.io", "APIService", check_path_segment},
    {"certificates.k8s.io", "CertificateSigningRequest", check_path_segment},
    // It becomes the host name of its pods.
    {"apps", "StatefulSet", check_dns1123_label},
    {"networking.k8s.io", "IPAddress", check_ip},
};

// Names without a prefix are those that were there before prefixes were.
void check_standard(const std::string& name, const Path& path, ErrorList& errors) {
  if (name.find('/') == std::string::npos && name != "kubernetes" && name != "orphan" &&
      name != "foregroundDeletion") {
    errors.invalid(path, name,
                   "name is neither a standard finalizer name nor is it fully qualified");
  }
}

void check_owner(const meta_v1::OwnerReference& owner, const Path& path, ErrorList& errors) {
  const auto& version = owner.apiversion();
  const bool versioned = !version.empty() && !version.ends_with('/') &&
                         std::count(version.begin(), version.end(), '/') < 2;
  if (!versioned) {
    errors.invalid(path.child("apiVersion"), owner.apiversion(), "version must not be empty");
  }
  if (owner.kind().empty()) errors.invalid(path.child("kind"), "", "must not be empty");
  if (owner.name().empty()) errors.invalid(path.child("name"), "", "must not be empty");
  if (owner.uid().empty()) errors.invalid(path.child("uid"), "", "must not be empty");
  if (owner.apiversion() == "v1" && owner.kind() == "Event") {
    errors.invalid_json(path, message_json(owner),
                        "/v1, Kind=Event is disallowed from being an owner");
  }
}

std::string owners_json(const meta_v1::ObjectMeta& metadata) {
  std::string out;
  for (const auto& owner : metadata.ownerreferences())
    out += (out.empty() ? "[" : ",") + message_json(owner);
  return out + "]";
}

void check_owners(const meta_v1::ObjectMeta& metadata, const Path& path, ErrorList& errors) {
  std::string controller;
  for (const auto& owner : metadata.ownerreferences()) {
    check_owner(owner, path, errors);
    if (!owner.controller()) continue;
    const std::string name = owner.kind() + "/" + owner.name();
    if (!controller.empty()) {
      errors.invalid_json(path, owners_json(metadata),
                     "Only one reference can have Controller set to true. Found \"true\" in "
                     "references for " +
                         controller + " and " + name);
    }
    if (controller.empty()) controller = name;
  }
}

void check_finalizers(const meta_v1::ObjectMeta& metadata, const Path& path, ErrorList& errors) {
  bool orphan = false;
  bool foreground = false;
  for (const std::string& finalizer : metadata.finalizers()) {
    errors.invalid_each(path, finalizer, check_qualified_name(finalizer));
    orphan |= finalizer == "orphan";
    foreground |= finalizer == "foregroundDeletion";
  }
  if (orphan && foreground) {
    errors.invalid_json(path, list_json(metadata.finalizers()),
                        "finalizer orphan and foregroundDeletion cannot be both set");
  }
}

void check_managers(const meta_v1::ObjectMeta& metadata, const Path& path, ErrorList& errors) {
  for (int i = 0; i < metadata.managedfields_size(); ++i) {
    const auto& entry = metadata.managedfields(i);
    const auto at = path.index(i);
    if (entry.operation() != "Apply" && entry.operation() != "Update")
      errors.invalid(at.child("operation"), entry.operation(), "must be `Apply` or `Update`");
    if (!entry.fieldstype().empty() && entry.fieldstype() != "FieldsV1")
      errors.invalid(at.child("fieldsType"), entry.fieldstype(), "must be `FieldsV1`");
    if (entry.manager().size() > kLongestFieldManager)
      errors.too_long(at.child("manager"), kLongestFieldManager);
    errors.invalid_each(at.child("manager"), entry.manager(), unprintable_in(entry.manager()));
    if (entry.subresource().size() > kLongestSubresource)
      errors.too_long(at.child("subresource"), kLongestSubresource);
  }
}

void check_common(const meta_v1::ObjectMeta& metadata, const Path& path, ErrorList& errors) {
  check_labels(metadata.labels(), path.child("labels"), errors);
  check_annotations(metadata.annotations(), path.child("annotations"), errors);
  check_owners(metadata, path.child("ownerReferences"), errors);
}

void check_no_new_finalizers(const meta_v1::ObjectMeta& metadata, const meta_v1::ObjectMeta& old,
                             const Path& path, ErrorList& errors) {
  const std::set<std::string> before(old.finalizers().begin(), old.finalizers().end());
  std::set<std::string> added;
  for (const std::string& finalizer : metadata.finalizers()) {
    if (!before.contains(finalizer)) added.insert(finalizer);
  }
  if (added.empty()) return;
  std::string list;
  for (const std::string& finalizer : added) {
    list += (list.empty() ? "" : ", ") + quoted(finalizer);
  }
  errors.forbidden(path,
                   "no new finalizers can be added if the object is being deleted, found new "
                   "finalizers []string{" +
                       list + "}");
}

std::string time_json(const meta_v1::Time& time) {
  return is_zero(time) ? "null" : quoted(format_time(to_time(time)));
}

void check_immutable_time(const meta_v1::Time& value, const meta_v1::Time& old, const Path& path,
                          ErrorList& errors) {
  if (value.seconds() != old.seconds()) errors.invalid_json(path, time_json(value), kImmutable);
}

}  // namespace

NameCheck name_check(const ResourceInfo& resource) {
  for (const KindName& entry : kNames) {
    if (entry.group == resource.group && entry.kind == resource.kind) return entry.check;
  }
  return check_dns1123_subdomain;
}

void check_metadata(const meta_v1::ObjectMeta& metadata, bool namespaced, NameCheck name,
                    const Path& path, ErrorList& errors) {
  if (!metadata.generatename().empty()) {
    errors.invalid_each(path.child("generateName"), metadata.generatename(),
                        name(mask_trailing_dash(metadata.generatename())));
  }
  if (metadata.name().empty()) {
    errors.required(path.child("name"), "name or generateName is required");
  } else {
    errors.invalid_each(path.child("name"), metadata.name(), name(metadata.name()));
  }
  const std::string& space = metadata.namespace_();
  if (namespaced && space.empty()) errors.required(path.child("namespace"));
  if (namespaced && !space.empty()) {
    errors.invalid_each(path.child("namespace"), space, check_dns1123_label(space));
  }
  if (!namespaced && !space.empty()) {
    errors.forbidden(path.child("namespace"), "not allowed on this type");
  }
  check_non_negative(metadata.generation(), path.child("generation"), errors);
  check_common(metadata, path, errors);
  check_finalizers(metadata, path.child("finalizers"), errors);
  check_managers(metadata, path.child("managedFields"), errors);
}

void check_embedded_metadata(const meta_v1::ObjectMeta& metadata, const Path& path,
                             ErrorList& errors) {
  if (!metadata.generatename().empty())
    errors.invalid_each(path.child("generateName"), metadata.generatename(),
                        check_path_segment(metadata.generatename()));
  if (!metadata.name().empty())
    errors.invalid_each(path.child("name"), metadata.name(), check_path_segment(metadata.name()));
  if (!metadata.namespace_().empty())
    errors.invalid_each(path.child("namespace"), metadata.namespace_(),
                        check_dns1123_label(metadata.namespace_()));
  check_non_negative(metadata.generation(), path.child("generation"), errors);
  check_common(metadata, path, errors);
  check_finalizers(metadata, path.child("finalizers"), errors);
  check_managers(metadata, path.child("managedFields"), errors);
}

void check_metadata_update(const meta_v1::ObjectMeta& metadata, const meta_v1::ObjectMeta& old,
                           const Path& path, ErrorList& errors) {
  if (old.has_deletiontimestamp()) {
    check_no_new_finalizers(metadata, old, path.child("finalizers"), errors);
  }
  if (metadata.resourceversion().empty()) {
    errors.invalid(path.child("resourceVersion"), "", "must be specified for an update");
  }
  if (metadata.generation() < old.generation()) {
    errors.invalid(path.child("generation"), metadata.generation(), "must not be decremented");
  }
  check_immutable(metadata.name(), old.name(), path.child("name"), errors);
  check_immutable(metadata.namespace_(), old.namespace_(), path.child("namespace"), errors);
  check_immutable(metadata.uid(), old.uid(), path.child("uid"), errors);
  check_immutable_time(metadata.creationtimestamp(), old.creationtimestamp(),
                       path.child("creationTimestamp"), errors);
  check_immutable_time(metadata.deletiontimestamp(), old.deletiontimestamp(),
                       path.child("deletionTimestamp"), errors);
  if (metadata.deletiongraceperiodseconds() != old.deletiongraceperiodseconds()) {
    errors.invalid(path.child("deletionGracePeriodSeconds"), metadata.deletiongraceperiodseconds(),
                   kImmutable);
  }
  check_common(metadata, path, errors);
  check_managers(metadata, path.child("managedFields"), errors);
}

void check_finalizer_name(const std::string& name, const Path& path, ErrorList& errors) {
  errors.invalid_each(path, name, check_qualified_name(name));
  check_standard(name, path, errors);
}

void check_finalizer_names(const meta_v1::ObjectMeta& metadata, const Path& path,
                           ErrorList& errors) {
  for (int i = 0; i < metadata.finalizers_size(); ++i)
    check_standard(metadata.finalizers(i), path.index(i), errors);
}

}  // namespace kubus::apiserver
