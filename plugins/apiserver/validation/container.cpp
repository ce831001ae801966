#include <k8s/core/v1/container.pb.h>
#include <k8s/core/v1/env.pb.h>
#include <k8s/core/v1/resources.pb.h>
#include <k8s/core/v1/security.pb.h>

#include <limits>

#include "kubus/api/quantity.h"
#include "validation/checks.h"
#include "validation/pod_spec.h"

namespace kubus::apiserver {
namespace {

void check_ports(const core_v1::Container& container, const Path& path, ErrorList& errors) {
  std::set<std::string> names;
  for (int i = 0; i < container.ports_size(); ++i) {
    const auto& port = container.ports(i);
    const Path at = path.index(static_cast<std::size_t>(i));
    if (!port.name().empty()) {
      const Messages messages = check_port_name(port.name());
      check_each(messages, port.name(), at.child("name"), errors);
      if (messages.empty() && !names.insert(port.name()).second) {
        errors.duplicate(at.child("name"), port.name());
      }
    }
    if (port.containerport() == 0) {
      errors.required(at.child("containerPort"));
    } else {
      errors.invalid_each(at.child("containerPort"), port.containerport(),
                          check_port_number(port.containerport()));
    }
    if (port.hostport() != 0) {
      errors.invalid_each(at.child("hostPort"), port.hostport(),
                          check_port_number(port.hostport()));
    }
    check_one_of(port.protocol(), {"SCTP", "TCP", "UDP"}, at.child("protocol"), errors);
  }
}

// "metadata.labels['x']" is "metadata.labels".
std::string_view without_subscript(std::string_view path) { return path.substr(0, path.find('[')); }

void check_field_reference(const core_v1::ObjectFieldSelector& field, const Path& path,
                           ErrorList& errors) {
  if (field.apiversion().empty()) {
    errors.required(path.child("apiVersion"));
    return;
  }
  if (field.fieldpath().empty()) {
    errors.required(path.child("fieldPath"));
    return;
  }
  const std::string_view base = without_subscript(field.fieldpath());
  if (base != field.fieldpath() && (base == "metadata.labels" || base == "metadata.annotations")) {
    return;
  }
  check_one_of(field.fieldpath(),
               {"metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName",
                "spec.serviceAccountName", "status.hostIP", "status.hostIPs", "status.podIP",
                "status.podIPs"},
               path.child("fieldPath"), errors);
}

void check_resource_reference(const core_v1::ResourceFieldSelector& field, const Path& path,
                              ErrorList& errors) {
  const std::string& resource = field.resource();
  if (resource.starts_with("limits.hugepages-") || resource.starts_with("requests.hugepages-")) {
    return;
  }
  check_one_of(resource,
               {"limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu",
                "requests.ephemeral-storage", "requests.memory"},
               path.child("resource"), errors);
}

template <class Selector>
void check_key_selector(const Selector& selector, const Path& path, ErrorList& errors) {
  if (selector.localobjectreference().name().empty()) errors.required(path.child("name"));
  if (selector.key().empty()) {
    errors.required(path.child("key"));
  } else {
    check_each(check_config_key(selector.key()), selector.key(), path.child("key"), errors);
  }
}

void check_value_source(const core_v1::EnvVar& variable, const Path& path, ErrorList& errors) {
  if (!variable.has_valuefrom()) return;
  const core_v1::EnvVarSource& source = variable.valuefrom();
  int sources = 0;
  if (source.has_fieldref()) {
    ++sources;
    check_field_reference(source.fieldref(), path.child("fieldRef"), errors);
  }
  if (source.has_resourcefieldref()) {
    ++sources;
    check_resource_reference(source.resourcefieldref(), path.child("resourceFieldRef"), errors);
  }
  if (source.has_configmapkeyref()) {
    ++sources;
    check_key_selector(source.configmapkeyref(), path.child("configMapKeyRef"), errors);
  }
  if (source.has_secretkeyref()) {
    ++sources;
    check_key_selector(source.secretkeyref(), path.child("secretKeyRef"), errors);
  }
  if (source.has_filekeyref()) ++sources;
  if (sources == 0) {
    errors.invalid(path, "",
                   "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or "
                   "`secretKeyRef`");
  } else if (!variable.value().empty()) {
    errors.invalid(path, "", "may not be specified when `value` is not empty");
  } else if (sources > 1) {
    errors.invalid(path, "", "may not have more than one field specified at a time");
  }
}

void check_env(const core_v1::Container& container, const Path& path, ErrorList& errors) {
  for (int i = 0; i < container.env_size(); ++i) {
    const auto& variable = container.env(i);
    const Path at = path.child("env").index(static_cast<std::size_t>(i));
    if (variable.name().empty()) {
      errors.required(at.child("name"));
    } else {
      check_each(check_env_name(variable.name()), variable.name(), at.child("name"), errors);
    }
    check_value_source(variable, at.child("valueFrom"), errors);
  }
  const Path from = path.child("envFrom");
  for (int i = 0; i < container.envfrom_size(); ++i) {
    const auto& source = container.envfrom(i);
    const Path at = from.index(static_cast<std::size_t>(i));
    if (!source.prefix().empty()) {
      check_each(check_env_name(source.prefix()), source.prefix(), at.child("prefix"), errors);
    }
    if (source.has_configmapref() && source.configmapref().localobjectreference().name().empty()) {
      errors.required(at.child("configMapRef").child("name"));
    }
    if (source.has_secretref() && source.secretref().localobjectreference().name().empty()) {
      errors.required(at.child("secretRef").child("name"));
    }
    if (!source.has_configmapref() && !source.has_secretref()) {
      errors.invalid(from, "", "must specify one of: `configMapRef` or `secretRef`");
    } else if (source.has_configmapref() && source.has_secretref()) {
      errors.invalid(from, "", "may not have more than one field specified at a time");
    }
  }
}

void check_relative(const std::string& text, const Path& path, ErrorList& errors) {
  if (text.empty()) return;
  if (text.front() == '/') errors.invalid(path, text, "must be a relative path");
  std::string_view rest = text;
  for (;;) {
    const std::size_t slash = rest.find('/');
    if (rest.substr(0, slash) == "..") {
      errors.invalid(path, text, "must not contain '..'");
      return;
    }
    if (slash == std::string_view::npos) return;
    rest.remove_prefix(slash + 1);
  }
}

void check_mounts(const core_v1::Container& container, const VolumeNames& volumes, const Path& path,
                  ErrorList& errors) {
  std::set<std::string> paths;
  for (int i = 0; i < container.volumemounts_size(); ++i) {
    const auto& mount = container.volumemounts(i);
    const Path at = path.index(static_cast<std::size_t>(i));
    if (mount.name().empty()) {
      errors.required(at.child("name"));
    } else if (!volumes.contains(mount.name())) {
      errors.not_found(at.child("name"), mount.name());
    }
    if (mount.mountpath().empty()) errors.required(at.child("mountPath"));
    if (!paths.insert(mount.mountpath()).second) {
      errors.invalid(at.child("mountPath"), mount.mountpath(), "must be unique");
    }
    check_relative(mount.subpath(), path.child("subPath"), errors);
    if (!mount.subpathexpr().empty()) {
      if (!mount.subpath().empty()) {
        errors.invalid(at.child("subPathExpr"), mount.subpathexpr(),
                       "subPathExpr and subPath are mutually exclusive");
      }
      check_relative(mount.subpathexpr(), path.child("subPathExpr"), errors);
    }
    if (mount.has_mountpropagation()) {
      check_one_of(mount.mountpropagation(), {"Bidirectional", "HostToContainer", "None"},
                   path.child("mountPropagation"), errors);
      if (mount.mountpropagation() == "Bidirectional" &&
          !container.securitycontext().privileged()) {
        errors.forbidden(path.child("mountPropagation"),
                         "Bidirectional mount propagation is available only to privileged "
                         "containers");
      }
    }
  }
}

void check_security_context(const core_v1::SecurityContext& context, const Path& path,
                            ErrorList& errors) {
  constexpr std::int64_t kMax = std::numeric_limits<std::int32_t>::max();
  if (context.has_runasuser() && (context.runasuser() < 0 || context.runasuser() > kMax)) {
    errors.invalid(path.child("runAsUser"), context.runasuser(), range_message(0, kMax));
  }
  if (context.has_runasgroup() && (context.runasgroup() < 0 || context.runasgroup() > kMax)) {
    errors.invalid(path.child("runAsGroup"), context.runasgroup(), range_message(0, kMax));
  }
  if (!context.has_allowprivilegeescalation() || context.allowprivilegeescalation()) return;
  if (context.privileged()) {
    errors.invalid_json(path, message_json(context),
                        "cannot set `allowPrivilegeEscalation` to false and `privileged` to true");
  }
}

void check_amount(const std::string& name, const Quantity& quantity, const Path& path,
                  ErrorList& errors) {
  const QuantityValue value = QuantityValue::of(quantity);
  if (value.sign() < 0) {
    errors.invalid(path, value.to_string(), "must be greater than or equal to 0");
  }
  const bool whole = name.find('/') != std::string::npos || name.starts_with("hugepages-");
  if (whole && value.milli_value() % 1000 != 0) {
    errors.invalid(path, value.to_string(), "must be an integer");
  }
}

}  // namespace

bool is_overcommittable(const std::string& name) {
  return name.find('/') == std::string::npos && !name.starts_with("hugepages-");
}

void check_resource_name(const std::string& name, const Path& path, ErrorList& errors) {
  const Messages messages = check_qualified_name(name);
  check_each(messages, name, path, errors);
  if (!messages.empty() || name.find('/') != std::string::npos) return;
  if (name != "cpu" && name != "memory" && name != "ephemeral-storage" &&
      !name.starts_with("hugepages-")) {
    errors.invalid(path, name, "must be a standard resource for containers");
  }
}

void check_resources(const core_v1::ResourceRequirements& resources, const Path& path,
                     ErrorList& errors) {
  for (const auto& [name, quantity] : resources.limits()) {
    const Path at = path.child("limits").key(name);
    check_resource_name(name, at, errors);
    check_amount(name, quantity, at, errors);
  }
  for (const auto& [name, quantity] : resources.requests()) {
    const Path at = path.child("requests").key(name);
    check_resource_name(name, at, errors);
    check_amount(name, quantity, at, errors);
    const auto limit = resources.limits().find(name);
    if (limit == resources.limits().end()) {
      if (!is_overcommittable(name)) {
        errors.required(path.child("limits"), "Limit must be set for non overcommitable resources");
      }
      continue;
    }
    const QuantityValue wanted = QuantityValue::of(quantity);
    const QuantityValue most = QuantityValue::of(limit->second);
    const std::string of_limit = name + " limit of " + most.to_string();
    if (!is_overcommittable(name) && wanted != most) {
      errors.invalid(path.child("requests"), wanted.to_string(), "must be equal to " + of_limit);
    } else if (most < wanted) {
      errors.invalid(path.child("requests"), wanted.to_string(),
                     "must be less than or equal to " + of_limit);
    }
  }
}

void check_container(const core_v1::Container& container, const VolumeNames& volumes,
                     const Path& path, ErrorList& errors) {
  if (container.name().empty()) {
    errors.required(path.child("name"));
  } else {
    check_each(check_dns1123_label(container.name()), container.name(), path.child("name"), errors);
  }
  if (container.image().empty()) {
    errors.required(path.child("image"));
  } else if (container.image().front() == ' ' || container.image().back() == ' ') {
    errors.invalid(path.child("image"), container.image(),
                   "must not have leading or trailing whitespace");
  }
  check_one_of(container.terminationmessagepolicy(), {"FallbackToLogsOnError", "File"},
               path.child("terminationMessagePolicy"), errors);
  check_ports(container, path.child("ports"), errors);
  check_env(container, path, errors);
  check_mounts(container, volumes, path.child("volumeMounts"), errors);
  check_one_of(container.imagepullpolicy(), {"Always", "IfNotPresent", "Never"},
               path.child("imagePullPolicy"), errors);
  check_resources(container.resources(), path.child("resources"), errors);
  check_security_context(container.securitycontext(), path.child("securityContext"), errors);
}

}  // namespace kubus::apiserver
