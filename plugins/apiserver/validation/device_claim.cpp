// Claims for devices, templates of claims, and the classes that claims choose from.
#include "validation/device_claim.h"

#include <k8s/resource/v1/device_class.pb.h>
#include <k8s/resource/v1/device_request.pb.h>
#include <k8s/resource/v1/device_selector.pb.h>
#include <k8s/resource/v1/device_taint.pb.h>
#include <k8s/resource/v1/resource_claim.pb.h>

#include <set>

#include "validation/checks.h"
#include "validation/claim_status.h"
#include "validation/device_expression.h"
#include "validation/pod_spec.h"
#include "validation/validator.h"

namespace kubus::apiserver {
namespace {

constexpr std::size_t kMostRequests = 32;
constexpr std::size_t kMostAlternatives = 8;
constexpr std::size_t kMostSelectors = 32;
constexpr std::size_t kMostConfigurations = 32;

using Names = std::set<std::string>;

template <class Selectors>
void check_selectors(const Selectors& selectors, const Path& path, ErrorList& errors) {
  check_list_size(selectors.size(), kMostSelectors, path, errors);
  for (int i = 0; i < selectors.size(); ++i) {
    const Path at = path.index(i).child("cel");
    if (!selectors[i].has_cel()) {
      errors.required(at);
      continue;
    }
    check_device_expression(selectors[i].cel().expression(), at.child("expression"), errors);
  }
}

void check_device_toleration(const resource_v1::DeviceToleration& toleration, const Path& path,
                             ErrorList& errors) {
  const std::string& op = toleration.operator_();
  if (!toleration.key().empty()) check_label_name(toleration.key(), path.child("key"), errors);
  if (op == "Exists") {
    if (!toleration.value().empty()) {
      errors.invalid(path.child("value"), toleration.value(),
                     "must be empty for operator `Exists`");
    }
  } else if (op == "Equal") {
    errors.invalid_each(path.child("value"), toleration.value(),
                        check_label_value(toleration.value()));
    if (toleration.key().empty()) errors.required(path.child("key"));
  } else {
    check_one_of(op, {"Equal", "Exists"}, path.child("operator"), errors);
  }
  if (!toleration.effect().empty()) {
    check_one_of(toleration.effect(), {"NoExecute", "NoSchedule", "None"}, path.child("effect"),
                 errors);
  }
}

// What a request and one of its alternatives have in common.
template <class Request>
void check_wanted(const Request& request, const Path& path, ErrorList& errors) {
  const std::string& name = request.deviceclassname();
  if (name.empty()) {
    errors.required(path.child("deviceClassName"));
  } else {
    errors.invalid_each(path.child("deviceClassName"), name, check_dns1123_subdomain(name));
  }
  check_selectors(request.selectors(), path.child("selectors"), errors);
  const Path count = path.child("count");
  if (request.allocationmode() == "ExactCount") {
    if (request.count() <= 0) errors.invalid(count, request.count(), "must be greater than zero");
  } else if (request.allocationmode() == "All") {
    if (request.count() != 0) {
      errors.invalid(count, request.count(), "must not be specified when allocationMode is 'All'");
    }
  } else {
    errors.not_supported(path.child("allocationMode"), request.allocationmode(),
                         {"All", "ExactCount"});
  }
  for (int i = 0; i < request.tolerations_size(); ++i) {
    check_device_toleration(request.tolerations(i), path.child("tolerations").index(i), errors);
  }
}

void check_request_name(const std::string& name, Names& names, const Path& path,
                        ErrorList& errors) {
  if (name.empty()) return errors.required(path);
  errors.invalid_each(path, name, check_dns1123_label(name));
  if (!names.insert(name).second) errors.duplicate(path, name);
}

void check_request(const resource_v1::DeviceRequest& request, Names& names, const Path& path,
                   ErrorList& errors) {
  constexpr std::string_view kOne = "exactly one of `exactly` or `firstAvailable` is required";
  check_request_name(request.name(), names, path.child("name"), errors);
  const Path list = path.child("firstAvailable");
  check_list_size(request.firstavailable_size(), kMostAlternatives, list, errors);
  Names alternatives;
  for (int i = 0; i < request.firstavailable_size(); ++i) {
    const auto& alternative = request.firstavailable(i);
    check_request_name(alternative.name(), alternatives, list.index(i).child("name"), errors);
    check_wanted(alternative, list.index(i), errors);
    names.insert(request.name() + "/" + alternative.name());
  }
  if (request.has_exactly()) check_wanted(request.exactly(), path.child("exactly"), errors);
  if (!request.has_exactly() && request.firstavailable().empty()) errors.required(path, kOne);
  if (request.has_exactly() && !request.firstavailable().empty())
    errors.invalid_json(path, "null", std::string(kOne) + ", but multiple fields are set");
}

// The name of an attribute with the domain that it is of.
void check_attribute_name(const std::string& name, const Path& path, ErrorList& errors) {
  check_trait_name(name, path, errors);
  if (!name.empty() && name.find('/') == std::string::npos)
    errors.invalid(path, name, "must include a domain");
}

void check_claim_spec(const resource_v1::ResourceClaimSpec& spec, const Path& path,
                      ErrorList& errors) {
  const auto& devices = spec.devices();
  const Path at = path.child("devices");
  check_list_size(devices.requests_size(), kMostRequests, at.child("requests"), errors);
  Names names;
  for (int i = 0; i < devices.requests_size(); ++i) {
    check_request(devices.requests(i), names, at.child("requests").index(i), errors);
  }
  check_list_size(devices.constraints_size(), kMostConfigurations, at.child("constraints"), errors);
  for (int i = 0; i < devices.constraints_size(); ++i) {
    const auto& constraint = devices.constraints(i);
    const Path one = at.child("constraints").index(i);
    check_request_names(constraint.requests(), names, one.child("requests"), errors);
    if (constraint.has_matchattribute())
      check_attribute_name(constraint.matchattribute(), one.child("matchAttribute"), errors);
    else if (constraint.has_distinctattribute())
      check_attribute_name(constraint.distinctattribute(), one.child("distinctAttribute"), errors);
    else
      errors.required(one.child("matchAttribute"));
  }
  check_list_size(devices.config_size(), kMostConfigurations, at.child("config"), errors);
  for (int i = 0; i < devices.config_size(); ++i) {
    const Path one = at.child("config").index(i);
    check_request_names(devices.config(i).requests(), names, one.child("requests"), errors);
    check_configuration(devices.config(i).deviceconfiguration(), one, errors);
  }
}

void check_claim(const resource_v1::ResourceClaim& claim, ErrorList& errors) {
  check_claim_spec(claim.spec(), Path("spec"), errors);
}

void check_claim_update(const resource_v1::ResourceClaim& claim,
                        const resource_v1::ResourceClaim& old, ErrorList& errors) {
  if (!equal(claim.spec(), old.spec())) {
    errors.invalid_json(Path("spec"), internal_json(claim.spec()), kImmutable);
  }
}

void check_claim_part(const resource_v1::ResourceClaim& claim,
                      const resource_v1::ResourceClaim& old, ErrorList& errors) {
  Names names;
  for (const auto& request : claim.spec().devices().requests()) {
    names.insert(request.name());
    for (const auto& one : request.firstavailable())
      names.insert(request.name() + "/" + one.name());
  }
  check_claim_status(claim, old, names, errors);
}

void check_template(const resource_v1::ResourceClaimTemplate& object, ErrorList& errors) {
  const Path path("spec");
  const auto& metadata = object.spec().metadata();
  const Path at = path.child("metadata");
  check_annotations(metadata.annotations(), at.child("annotations"), errors);
  check_labels(metadata.labels(), at.child("labels"), errors);
  check_claim_spec(object.spec().spec(), path.child("spec"), errors);
}

void check_template_update(const resource_v1::ResourceClaimTemplate& object,
                           const resource_v1::ResourceClaimTemplate& old, ErrorList& errors) {
  if (!equal(object.spec(), old.spec())) {
    errors.invalid_json(Path("spec"), internal_json(object.spec()), kImmutable);
  }
}

void check_class(const resource_v1::DeviceClass& object, ErrorList& errors) {
  const Path path("spec");
  check_selectors(object.spec().selectors(), path.child("selectors"), errors);
  check_list_size(object.spec().config_size(), kMostConfigurations, path.child("config"), errors);
  for (int i = 0; i < object.spec().config_size(); ++i) {
    check_configuration(object.spec().config(i).deviceconfiguration(),
                        path.child("config").index(i), errors);
  }
}

constexpr Validator kValidators[] = {
    {"k8s.io.api.resource.v1.ResourceClaim", check_as<resource_v1::ResourceClaim, check_claim>,
     compare_as<resource_v1::ResourceClaim, check_claim_update>, nullptr,
     compare_as<resource_v1::ResourceClaim, check_claim_part>},
    {"k8s.io.api.resource.v1.ResourceClaimTemplate",
     check_as<resource_v1::ResourceClaimTemplate, check_template>,
     compare_as<resource_v1::ResourceClaimTemplate, check_template_update>},
    {"k8s.io.api.resource.v1.DeviceClass", check_as<resource_v1::DeviceClass, check_class>},
};

}  // namespace

void check_list_size(int size, std::size_t most, const Path& path, ErrorList& errors) {
  const auto actual = static_cast<std::size_t>(size);
  if (actual > most) errors.too_many(path, actual, most);
}

void check_request_reference(const std::string& name, const Names& names, const Path& path,
                             ErrorList& errors) {
  if (!names.contains(name)) {
    errors.invalid(path, name,
                   "must be the name of a request in the claim or the name of a request and a "
                   "subrequest separated by '/'");
  }
}

void check_request_names(const google::protobuf::RepeatedPtrField<std::string>& list,
                         const Names& names, const Path& path, ErrorList& errors) {
  check_list_size(list.size(), kMostRequests, path, errors);
  for (int i = 0; i < list.size(); ++i)
    check_request_reference(list[i], names, path.index(i), errors);
}

void check_trait_name(const std::string& name, const Path& path, ErrorList& errors) {
  constexpr std::size_t kLongestId = 32;
  if (name.empty()) return errors.required(path, "name required");
  const auto check_id = [&](const std::string& id) {
    if (id.size() > kLongestId) errors.too_long(path, kLongestId);
    errors.invalid_each(path, id, check_c_identifier(id));
  };
  const auto slash = name.find('/');
  if (slash == std::string::npos) return check_id(name);
  const std::string domain = name.substr(0, slash), id = name.substr(slash + 1);
  if (id.find('/') != std::string::npos)
    return errors.invalid(path, name, "must not contain more than one slash");
  if (domain.empty())
    errors.invalid(path, "", "the domain must not be empty");
  else
    check_driver_name(domain, path, errors);
  if (id.empty())
    errors.invalid(path, "", "the name must not be empty");
  else
    check_id(id);
}

void check_configuration(const resource_v1::DeviceConfiguration& configuration, const Path& path,
                         ErrorList& errors) {
  const Path at = path.child("opaque");
  if (!configuration.has_opaque()) return errors.required(at);
  check_driver_name(configuration.opaque().driver(), at.child("driver"), errors);
  if (!configuration.opaque().has_parameters()) errors.required(at.child("parameters"));
}

std::span<const Validator> device_claim_validators() { return kValidators; }

}  // namespace kubus::apiserver
