#include <k8s/core/v1/reference.pb.h>
#include <k8s/networking/v1/ingress.pb.h>
#include <k8s/networking/v1/ingress_class.pb.h>

#include "validation/checks.h"
#include "validation/validator.h"

namespace kubus::apiserver {
namespace {

void check_service_backend(const networking_v1::IngressServiceBackend& service, const Path& path,
                           ErrorList& errors) {
  const Path at = path.child("service");
  if (service.name().empty()) {
    errors.required(at.child("name"));
  } else {
    errors.invalid_each(at.child("name"), service.name(), check_dns1035_label(service.name()));
  }
  const auto& port = service.port();
  if (!port.name().empty() && port.number() != 0) {
    errors.invalid(path, "", "cannot set both port name & port number");
  } else if (!port.name().empty()) {
    errors.invalid_each(at.child("port").child("name"), port.name(), check_port_name(port.name()));
  } else if (port.number() != 0) {
    errors.invalid_each(at.child("port").child("number"), port.number(),
                        check_port_number(port.number()));
  } else {
    errors.required(path, "port name or number is required");
  }
}

void check_backend(const networking_v1::IngressBackend& backend, const Path& path,
                   ErrorList& errors) {
  if (backend.has_service() && backend.has_resource()) {
    errors.invalid(path, "", "cannot set both resource and service backends");
  } else if (backend.has_resource()) {
    check_reference(backend.resource(), path.child("resource"), errors);
  } else if (backend.has_service()) {
    check_service_backend(backend.service(), path, errors);
  } else {
    errors.invalid(path, "", "resource or service backend is required");
  }
}

void check_http_path(const networking_v1::HTTPIngressPath& item, const Path& path,
                     ErrorList& errors) {
  if (!item.has_pathtype()) {
    errors.required(path.child("pathType"), "pathType must be specified");
    return;
  }
  if (item.pathtype() == "Exact" || item.pathtype() == "Prefix") {
    if (item.path().empty() || item.path().front() != '/') {
      errors.invalid(path.child("path"), item.path(), "must be an absolute path");
    }
    for (std::string_view bad : {"//", "/./", "/../", "%2f", "%2F"}) {
      if (item.path().find(bad) != std::string::npos) {
        errors.invalid(path.child("path"), item.path(),
                       "must not contain '" + std::string(bad) + "'");
      }
    }
    for (std::string_view bad : {"/..", "/."}) {
      if (item.path().ends_with(bad)) {
        errors.invalid(path.child("path"), item.path(),
                       "cannot end with '" + std::string(bad) + "'");
      }
    }
  } else if (item.pathtype() == "ImplementationSpecific") {
    if (!item.path().empty() && item.path().front() != '/') {
      errors.invalid(path.child("path"), item.path(), "must be an absolute path");
    }
  } else {
    errors.not_supported(path.child("pathType"), item.pathtype(),
                         {"Exact", "ImplementationSpecific", "Prefix"});
  }
  check_backend(item.backend(), path.child("backend"), errors);
}

void check_name(const std::string& host, const Path& path, ErrorList& errors) {
  const bool wild = host.find('*') != std::string::npos;
  errors.invalid_each(path, host,
                      wild ? check_wildcard_subdomain(host) : check_dns1123_subdomain(host));
}

void check_host(const std::string& host, const Path& path, ErrorList& errors) {
  if (host.empty()) return;
  if (check_ip(host).empty()) {
    errors.invalid(path, host, "must be a DNS name, not an IP address");
  }
  check_name(host, path, errors);
}

void check_ingress(const networking_v1::Ingress& object, ErrorList& errors) {
  const Path path("spec");
  const auto& spec = object.spec();
  if (spec.rules().empty() && !spec.has_defaultbackend()) {
    errors.invalid_json(path, "null", "either `defaultBackend` or `rules` must be specified");
  }
  if (spec.has_defaultbackend()) {
    check_backend(spec.defaultbackend(), path.child("defaultBackend"), errors);
  }
  for (int i = 0; i < spec.rules_size(); ++i) {
    const auto& rule = spec.rules(i);
    const Path at = path.child("rules").index(static_cast<std::size_t>(i));
    check_host(rule.host(), at.child("host"), errors);
    if (!rule.ingressrulevalue().has_http()) continue;
    const auto& paths = rule.ingressrulevalue().http().paths();
    const Path list = at.child("http").child("paths");
    if (paths.empty()) errors.required(list);
    for (int j = 0; j < paths.size(); ++j) {
      check_http_path(paths[j], list.index(static_cast<std::size_t>(j)), errors);
    }
  }
  for (int i = 0; i < spec.tls_size(); ++i) {
    const Path at = path.child("tls").index(i);
    for (int j = 0; j < spec.tls(i).hosts_size(); ++j) {
      check_name(spec.tls(i).hosts(j), at.child("hosts").index(j), errors);
    }
    const std::string& secret = spec.tls(i).secretname();
    if (!secret.empty()) {
      errors.invalid_each(at.child("secretName"), secret, check_dns1123_subdomain(secret));
    }
  }
  if (spec.has_ingressclassname()) {
    errors.invalid_each(path.child("ingressClassName"), spec.ingressclassname(),
                        check_dns1123_subdomain(spec.ingressclassname()));
  }
}

void check_ingress_status(const networking_v1::Ingress& object,
                          const networking_v1::Ingress& /*old*/, ErrorList& errors) {
  const auto& ingress = object.status().loadbalancer().ingress();
  for (int i = 0; i < ingress.size(); ++i) {
    const Path at = Path("status").child("loadBalancer").child("ingress").index(i);
    const auto& [ip, host] = std::tie(ingress[i].ip(), ingress[i].hostname());
    if (!ip.empty()) errors.invalid_each(at.child("ip"), ip, check_ip(ip));
    if (host.empty()) continue;
    errors.invalid_each(at.child("hostname"), host, check_dns1123_subdomain(host));
    if (check_ip(host).empty())
      errors.invalid(at.child("hostname"), host, "must be a DNS name, not an IP address");
  }
}

// The annotation is how the class was named before it had a field.
void check_ingress_create(const networking_v1::Ingress& object, ErrorList& errors) {
  constexpr const char* kAnnotation = "kubernetes.io/ingress.class";
  const auto found = object.metadata().annotations().find(kAnnotation);
  if (found == object.metadata().annotations().end() || !object.spec().has_ingressclassname()) {
    return;
  }
  if (found->second != object.spec().ingressclassname()) {
    errors.invalid(Path("annotations").child(kAnnotation), found->second,
                   "must match `ingressClassName` when both are specified");
  }
}

void check_class(const networking_v1::IngressClass& object, ErrorList& errors) {
  constexpr std::size_t kLongestController = 250;
  const Path path("spec");
  const auto& spec = object.spec();
  if (spec.controller().size() > kLongestController) {
    errors.too_long(path.child("controller"), kLongestController);
  }
  check_domain_path(spec.controller(), path.child("controller"), errors);
  if (!spec.has_parameters()) return;
  const auto& parameters = spec.parameters();
  const Path at = path.child("parameters");
  check_reference(parameters, at, errors);
  if (!parameters.has_scope()) return errors.required(at.child("scope"));
  const Path space = at.child("namespace");
  if (parameters.scope() == "Cluster") {
    if (parameters.has_namespace_()) {
      errors.forbidden(space, "`parameters.scope` is set to 'Cluster'");
    }
  } else if (parameters.scope() != "Namespace") {
    errors.not_supported(at.child("scope"), parameters.scope(), {"Cluster", "Namespace"});
  } else if (!parameters.has_namespace_()) {
    errors.required(space, "`parameters.scope` is set to 'Namespace'");
  } else {
    errors.invalid_each(space, parameters.namespace_(),
                        check_dns1123_label(parameters.namespace_()));
  }
}

void check_class_update(const networking_v1::IngressClass& object,
                        const networking_v1::IngressClass& old, ErrorList& errors) {
  check_immutable(object.spec().controller(), old.spec().controller(),
                  Path("spec").child("controller"), errors);
}

constexpr Validator kValidators[] = {
    {"k8s.io.api.networking.v1.Ingress", check_as<networking_v1::Ingress, check_ingress>, nullptr,
     check_as<networking_v1::Ingress, check_ingress_create>,
     compare_as<networking_v1::Ingress, check_ingress_status>},
    {"k8s.io.api.networking.v1.IngressClass", check_as<networking_v1::IngressClass, check_class>,
     compare_as<networking_v1::IngressClass, check_class_update>},
};

}  // namespace

std::span<const Validator> ingress_validators() { return kValidators; }

}  // namespace kubus::apiserver
