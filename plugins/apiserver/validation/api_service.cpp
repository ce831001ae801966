// APIServices: which server answers for a group and version.
#include <k8s/apiregistration/v1/api_service.pb.h>
#include <k8s/meta/v1/object_meta.pb.h>

#include <boost/algorithm/string/join.hpp>

#include "validation/checks.h"
#include "validation/validator.h"

namespace kubus::apiserver {
namespace {

using apiregistration_v1::APIService;
using apiregistration_v1::APIServiceSpec;

constexpr std::int32_t kMostOfGroup = 20000;
constexpr std::int32_t kMostOfVersion = 1000;
constexpr std::int32_t kHttps = 443;

void check_service_name(const APIService& object, ErrorList& errors) {
  const auto& name = object.metadata().name();
  const auto wanted = object.spec().version() + "." + object.spec().group();
  if (name != wanted && check_path_segment(name).empty())
    errors.invalid(Path("metadata").child("name"), name,
                   "must be `spec.version+\".\"+spec.group`: " + quoted(wanted));
}

void check_served(const APIServiceSpec& spec, const Path& path, ErrorList& errors) {
  if (spec.group().empty() && spec.version() != "v1")
    errors.required(path.child("group"),
                    "only v1 may have an empty group and it better be legacy kube");
  if (!spec.group().empty())
    errors.invalid_each(path.child("group"), spec.group(), check_dns1123_subdomain(spec.group()));
  errors.invalid_each(path.child("version"), spec.version(), check_dns1035_label(spec.version()));
  if (spec.grouppriorityminimum() <= 0 || spec.grouppriorityminimum() > kMostOfGroup)
    errors.invalid(path.child("groupPriorityMinimum"), spec.grouppriorityminimum(),
                   "must be positive and less than 20000");
  if (spec.versionpriority() <= 0 || spec.versionpriority() > kMostOfVersion)
    errors.invalid(path.child("versionPriority"), spec.versionpriority(),
                   "must be positive and less than 1000");
}

void check_local(const APIServiceSpec& spec, const Path& path, ErrorList& errors) {
  if (!spec.cabundle().empty())
    errors.invalid(path.child("caBundle"), std::to_string(spec.cabundle().size()) + " bytes",
                   "local APIServices may not have a caBundle");
  if (spec.insecureskiptlsverify())
    errors.invalid_json(path.child("insecureSkipTLSVerify"), "true",
                        "local APIServices may not have insecureSkipTLSVerify");
}

void check_remote(const APIServiceSpec& spec, const Path& path, ErrorList& errors) {
  const auto& service = spec.service();
  const auto place = path.child("service");
  if (service.namespace_().empty()) errors.required(place.child("namespace"));
  if (service.name().empty()) errors.required(place.child("name"));
  const auto port = service.has_port() ? service.port() : kHttps;
  if (const auto wrong = check_port_number(port); !wrong.empty())
    errors.invalid(place.child("port"), port,
                   "port is not valid: " + boost::algorithm::join(wrong, ", "));
  if (spec.insecureskiptlsverify() && !spec.cabundle().empty())
    errors.invalid_json(path.child("insecureSkipTLSVerify"), "true",
                        "may not be true if caBundle is present");
}

void check_service(const APIService& object, ErrorList& errors) {
  const Path path("spec");
  check_service_name(object, errors);
  check_served(object.spec(), path, errors);
  if (object.spec().has_service())
    check_remote(object.spec(), path, errors);
  else
    check_local(object.spec(), path, errors);
}

void check_service_status(const APIService& object, const APIService&, ErrorList& errors) {
  const auto path = Path("status").child("conditions");
  const auto& conditions = object.status().conditions();
  for (int i = 0; i < conditions.size(); ++i)
    if (const auto& is = conditions[i].status(); is != "True" && is != "False" && is != "Unknown")
      errors.not_supported(path.index(i).child("status"), is, {"True", "False", "Unknown"});
}

constexpr Validator kValidators[] = {
    {"k8s.io.kube_aggregator.pkg.apis.apiregistration.v1.APIService",
     check_as<APIService, check_service>, nullptr, nullptr,
     compare_as<APIService, check_service_status>},
};

}  // namespace

std::span<const Validator> api_service_validators() { return kValidators; }

}  // namespace kubus::apiserver
