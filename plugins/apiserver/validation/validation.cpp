#include "validation/validation.h"

#include <google/protobuf/descriptor.h>
#include <k8s/meta/v1/object_meta.pb.h>
#include <k8s/meta/v1/status.pb.h>

#include <unordered_map>

#include "validation/metadata.h"
#include "validation/tolerated.h"
#include "validation/validator.h"

namespace kubus::apiserver {
namespace {

using google::protobuf::Message;
using ValidatorMap = std::unordered_map<std::string_view, const Validator*>;

const Validator* find_validator(const Message& object) {
  static const ValidatorMap validators = [] {
    ValidatorMap out;
    for (const auto group :
         {pod_validators(),          workload_validators(),     job_validators(),
          cron_job_validators(),     service_validators(),      endpoint_validators(),
          core_validators(),         quota_validators(),        limit_range_validators(),
          volume_validators(),       claim_validators(),        storage_class_validators(),
          csi_validators(),          ingress_validators(),      network_policy_validators(),
          address_validators(),      budget_validators(),       event_validators(),
          flow_control_validators(), device_claim_validators(), resource_slice_validators(),
          access_validators(),       certificate_validators(),  autoscaling_validators(),
          system_validators(),       api_service_validators(),  webhook_validators(),
          admission_policy_validators()}) {
      for (const Validator& validator : group) out.emplace(validator.type, &validator);
    }
    return out;
  }();
  const auto found = validators.find(object.GetDescriptor()->full_name());
  return found == validators.end() ? nullptr : found->second;
}

void check_built_in(const Message& object, const meta_v1::ObjectMeta& metadata, ErrorList& errors) {
  if (metadata.finalizers().empty()) return;
  if (object.GetDescriptor()->full_name().starts_with("k8s.io.api.")) {
    check_finalizer_names(metadata, Path("metadata").child("finalizers"), errors);
  }
}

ErrorList check_changed(const Validator& validator, const Message& object, const Message& old) {
  ErrorList errors;
  if (validator.check != nullptr) validator.check(object, errors);
  if (validator.update != nullptr) validator.update(object, old, errors);
  if (validator.check == nullptr || !may_be_tolerated(errors)) return errors;
  ErrorList before;
  validator.check(old, before);
  return not_tolerated(errors, before);
}

// A body of small mistakes must not become an answer a hundred times its size: of all that is wrong
// as much is told as a body can hold.
std::vector<FieldError> shown_of(const std::vector<FieldError>& errors) {
  constexpr std::size_t kMostBytes = 3U << 20;
  std::size_t count = 0, bytes = 0;
  for (const FieldError& error : errors) {
    bytes += error.path.size() + error.bad_value.size() + error.detail.size();
    if (count > 0 && bytes > kMostBytes) break;
    ++count;
  }
  return {errors.begin(), errors.begin() + static_cast<std::ptrdiff_t>(count)};
}

}  // namespace

ErrorList validate_create(const Message& object, const ResourceInfo& resource) {
  ErrorList errors;
  if (const meta_v1::ObjectMeta* metadata = metadata_of(object);
      metadata != nullptr && resource.has_verb("get")) {
    check_metadata(*metadata, resource.namespaced, name_check(resource), Path("metadata"), errors);
    check_built_in(object, *metadata, errors);
  }
  const Validator* validator = find_validator(object);
  if (validator == nullptr) return errors;
  if (validator->check != nullptr) validator->check(object, errors);
  if (validator->create != nullptr) validator->create(object, errors);
  return errors;
}

ErrorList validate_update(const Message& object, const Message& old,
                          const ResourceInfo& /*resource*/) {
  ErrorList errors;
  const meta_v1::ObjectMeta* metadata = metadata_of(object);
  const meta_v1::ObjectMeta* before = metadata_of(old);
  if (metadata != nullptr && before != nullptr) {
    check_metadata_update(*metadata, *before, Path("metadata"), errors);
    check_built_in(object, *metadata, errors);
  }
  const Validator* validator = find_validator(object);
  if (validator == nullptr) return errors;
  errors.append(check_changed(*validator, object, old));
  return errors;
}

ErrorList validate_status_update(const Message& object, const Message& old,
                                 const ResourceInfo& /*resource*/) {
  ErrorList errors;
  const meta_v1::ObjectMeta* metadata = metadata_of(object);
  const meta_v1::ObjectMeta* before = metadata_of(old);
  if (metadata != nullptr && before != nullptr) {
    check_metadata_update(*metadata, *before, Path("metadata"), errors);
  }
  const Validator* validator = find_validator(object);
  if (validator != nullptr && validator->status != nullptr) {
    validator->status(object, old, errors);
  }
  return errors;
}

ErrorList validate_part_update(const Message& object, const Message& old,
                               std::string_view subresource) {
  ErrorList errors;
  const Validator* validator = find_validator(object);
  if (validator == nullptr) return errors;
  for (const PartCheck& part : validator->parts) {
    if (part.subresource == subresource) part.check(object, old, errors);
  }
  return errors;
}

Status to_status(std::string_view group, std::string_view kind, std::string_view name,
                 const ErrorList& errors) {
  if (errors.empty()) return {};
  std::string message(kind);
  if (!group.empty()) message.append(".").append(group);
  const auto shown = shown_of(errors.errors());
  message += " " + quoted(name) + " is invalid: " + join_errors(shown);
  if (shown.size() < errors.size())
    message += " and " + std::to_string(errors.size() - shown.size()) + " more";
  meta_v1::StatusDetails details;
  details.set_name(std::string(name));
  details.set_group(std::string(group));
  details.set_kind(std::string(kind));
  for (const FieldError& error : shown) {
    auto& cause = *details.add_causes();
    cause.set_reason(std::string(cause_reason(error.type)));
    cause.set_message(error.body());
    cause.set_field(error.path);
  }
  Status out(Code::kInvalid, std::move(message));
  out.with_details(details.SerializeAsString());
  return out;
}

}  // namespace kubus::apiserver
