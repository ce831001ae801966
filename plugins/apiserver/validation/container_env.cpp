// Environment variables and where their values come from; also what a volume shows of its pod.
#include <k8s/core/v1/container.pb.h>
#include <k8s/core/v1/env.pb.h>
#include <k8s/core/v1/selector.pb.h>

#include <algorithm>
#include <array>

#include "kubus/api/quantity.h"
#include "validation/checks.h"
#include "validation/pod_spec.h"

namespace kubus::apiserver {
namespace {

// What the API knows of a pod, of which each use allows a part.
constexpr std::array<std::string_view, 14> kPodFields = {
    "metadata.annotations", "metadata.labels",
    "metadata.name",        "metadata.namespace",
    "metadata.uid",         "spec.nodeName",
    "spec.restartPolicy",   "spec.schedulerName",
    "status.phase",         "spec.serviceAccountName",
    "status.hostIP",        "status.hostIPs",
    "status.podIP",         "status.podIPs"};

constexpr std::array<std::string_view, 13> kByteDivisors = {
    "1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"};

bool is_known(std::string_view field) {
  return std::find(kPodFields.begin(), kPodFields.end(), field) != kPodFields.end();
}

std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

// "metadata.labels['x']".
void check_subscripted(const std::string& field, const Path& path, ErrorList& errors) {
  const std::size_t open = field.find("['");
  const std::string base = field.substr(0, open);
  const std::string key = field.substr(open + 2, field.size() - open - 4);
  if (base == "metadata.annotations") {
    errors.invalid_each(path, key, check_qualified_name(lower(key)));
  } else if (base == "metadata.labels") {
    errors.invalid_each(path, key, check_qualified_name(key));
  } else {
    errors.invalid(path.child("fieldPath"), field,
                   "error converting fieldPath: field label does not support subscript: " + field);
  }
}

void check_divisor(const core_v1::ResourceFieldSelector& field, const Path& path,
                   ErrorList& errors) {
  if (!field.has_divisor()) return;
  const QuantityValue divisor = QuantityValue::of(field.divisor());
  if (divisor.is_zero()) return;
  const std::string text = divisor.to_string();
  const std::string& resource = field.resource();
  if (resource.find("cpu") != std::string::npos) {
    if (text != "1m" && text != "1") {
      errors.invalid(path.child("divisor"), resource,
                     "only divisor's values 1m and 1 are supported with the cpu resource");
    }
    return;
  }
  if (std::find(kByteDivisors.begin(), kByteDivisors.end(), text) != kByteDivisors.end()) return;
  const auto is = [&](std::string_view name) { return resource.find(name) != std::string::npos; };
  const char* what = is("memory")      ? "memory"
                     : is("hugepages") ? "hugepages"
                                       : "local ephemeral storage";
  errors.invalid(path.child("divisor"), resource,
                 std::string("only divisor's values 1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, "
                             "1Ti, 1Pi, 1Ei are supported with the ") +
                     what + " resource");
}

template <class Selector>
void check_key_selector(const Selector& selector, const Path& path, ErrorList& errors) {
  if (selector.localobjectreference().name().empty()) errors.required(path.child("name"));
  if (selector.key().empty()) {
    errors.required(path.child("key"));
  } else {
    errors.invalid_each(path.child("key"), selector.key(), check_config_key(selector.key()));
  }
}

void check_file_key(const core_v1::FileKeySelector& selector, const Path& path, ErrorList& errors) {
  if (selector.volumename().empty()) errors.required(path.child("volumeName"));
  if (selector.path().empty()) {
    errors.required(path.child("path"));
  } else {
    check_local_path(selector.path(), path.child("path"), errors);
  }
  if (selector.key().empty()) {
    errors.required(path.child("key"));
  } else {
    errors.invalid_each(path.child("key"), selector.key(), check_env_name(selector.key()));
  }
}

void check_value_source(const core_v1::EnvVar& variable, const Path& path, ErrorList& errors) {
  if (!variable.has_valuefrom()) return;
  const core_v1::EnvVarSource& source = variable.valuefrom();
  int sources = 0;
  if (source.has_fieldref()) {
    ++sources;
    check_field_reference(source.fieldref(),
                          {"metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName",
                           "spec.serviceAccountName", "status.hostIP", "status.hostIPs",
                           "status.podIP", "status.podIPs"},
                          path.child("fieldRef"), errors);
  }
  if (source.has_resourcefieldref()) {
    ++sources;
    check_resource_reference(source.resourcefieldref(), false, path.child("resourceFieldRef"),
                             errors);
  }
  if (source.has_configmapkeyref()) {
    ++sources;
    check_key_selector(source.configmapkeyref(), path.child("configMapKeyRef"), errors);
  }
  if (source.has_secretkeyref()) {
    ++sources;
    check_key_selector(source.secretkeyref(), path.child("secretKeyRef"), errors);
  }
  if (source.has_filekeyref()) {
    ++sources;
    check_file_key(source.filekeyref(), path.child("fileKeyRef"), errors);
  }
  if (sources == 0) {
    errors.invalid(path, "",
                   "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, "
                   "`secretKeyRef` or `fileKeyRef`");
  } else if (!variable.value().empty()) {
    errors.invalid(path, "", "may not be specified when `value` is not empty");
  } else if (sources > 1) {
    errors.invalid(path, "", "may not have more than one field specified at a time");
  }
}

void check_variables_of(const core_v1::EnvFromSource& source, const Path& list, const Path& path,
                        ErrorList& errors) {
  if (!source.prefix().empty()) {
    errors.invalid_each(path.child("prefix"), source.prefix(), check_env_name(source.prefix()));
  }
  if (source.has_configmapref() && source.configmapref().localobjectreference().name().empty()) {
    errors.required(path.child("configMapRef").child("name"));
  }
  if (source.has_secretref() && source.secretref().localobjectreference().name().empty()) {
    errors.required(path.child("secretRef").child("name"));
  }
  if (!source.has_configmapref() && !source.has_secretref()) {
    errors.invalid(list, "", "must specify one of: `configMapRef` or `secretRef`");
  } else if (source.has_configmapref() && source.has_secretref()) {
    errors.invalid(list, "", "may not have more than one field specified at a time");
  }
}

}  // namespace

void check_field_reference(const core_v1::ObjectFieldSelector& field,
                           std::initializer_list<std::string_view> allowed, const Path& path,
                           ErrorList& errors) {
  if (field.apiversion().empty()) return errors.required(path.child("apiVersion"));
  if (field.fieldpath().empty()) return errors.required(path.child("fieldPath"));
  const auto convert = [&](const std::string& why) {
    errors.invalid(path.child("fieldPath"), field.fieldpath(),
                   "error converting fieldPath: " + why);
  };
  if (field.apiversion() != "v1") {
    return convert("unsupported pod version: " + field.apiversion());
  }
  const std::string& name = field.fieldpath();
  if (name.ends_with("']") && name.find("['") != std::string::npos) {
    return check_subscripted(name, path, errors);
  }
  if (!is_known(name)) return convert("field label not supported: " + name);
  if (std::find(allowed.begin(), allowed.end(), name) == allowed.end()) {
    errors.not_supported(path.child("fieldPath"), name, allowed);
  }
}

void check_resource_reference(const core_v1::ResourceFieldSelector& field, bool needs_container,
                              const Path& path, ErrorList& errors) {
  const std::string& resource = field.resource();
  const bool pages =
      resource.starts_with("limits.hugepages-") || resource.starts_with("requests.hugepages-");
  if (needs_container && field.containername().empty()) {
    errors.required(path.child("containerName"));
  } else if (!pages) {
    check_one_of(resource,
                 {"limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu",
                  "requests.ephemeral-storage", "requests.memory"},
                 path.child("resource"), errors);
  }
  check_divisor(field, path, errors);
}

void check_environment(const core_v1::Container& container, const Path& path, ErrorList& errors) {
  for (int i = 0; i < container.env_size(); ++i) {
    const auto& variable = container.env(i);
    const Path at = path.child("env").index(i);
    if (variable.name().empty()) {
      errors.required(at.child("name"));
    } else {
      errors.invalid_each(at.child("name"), variable.name(), check_env_name(variable.name()));
    }
    check_value_source(variable, at.child("valueFrom"), errors);
  }
  const Path from = path.child("envFrom");
  for (int i = 0; i < container.envfrom_size(); ++i) {
    check_variables_of(container.envfrom(i), from, from.index(i), errors);
  }
}

}  // namespace kubus::apiserver
