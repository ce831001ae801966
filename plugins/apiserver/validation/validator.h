// Validators: for each kind the functions that check what is special to it.
//
// Thread safety: constant tables of pure functions.
#pragma once

#include <google/protobuf/message.h>

#include <span>
#include <string_view>

#include "kubus/api/types.h"
#include "validation/field_error.h"

namespace kubus::apiserver {

// What a change by a subresource of its own may be.
struct PartCheck {
  std::string_view subresource;
  void (*check)(const google::protobuf::Message& object, const google::protobuf::Message& old,
                ErrorList& errors);
};

struct Validator {
  using Check = void (*)(const google::protobuf::Message& object, ErrorList& errors);
  using Compare = void (*)(const google::protobuf::Message& object,
                           const google::protobuf::Message& old, ErrorList& errors);

  std::string_view type;  // full name of the message
  // The object by itself, on create and on update; null where nothing is checked.
  Check check = nullptr;
  // What may change, on update only.
  Compare update = nullptr;
  // On create only.
  Check create = nullptr;
  // The status, on an update of the status.
  Compare status = nullptr;
  std::span<const PartCheck> parts{};
};

template <class T, void (*kCheck)(const T&, ErrorList&)>
void check_as(const google::protobuf::Message& object, ErrorList& errors) {
  kCheck(static_cast<const T&>(object), errors);
}

template <class T, void (*kCompare)(const T&, const T&, ErrorList&)>
void compare_as(const google::protobuf::Message& object, const google::protobuf::Message& old,
                ErrorList& errors) {
  kCompare(static_cast<const T&>(object), static_cast<const T&>(old), errors);
}

std::span<const Validator> pod_validators();
std::span<const Validator> workload_validators();
std::span<const Validator> job_validators();
std::span<const Validator> cron_job_validators();
std::span<const Validator> service_validators();
std::span<const Validator> endpoint_validators();
std::span<const Validator> core_validators();
std::span<const Validator> quota_validators();
std::span<const Validator> limit_range_validators();
std::span<const Validator> volume_validators();
std::span<const Validator> claim_validators();
std::span<const Validator> storage_class_validators();
std::span<const Validator> csi_validators();
std::span<const Validator> ingress_validators();
std::span<const Validator> network_policy_validators();
std::span<const Validator> address_validators();
std::span<const Validator> budget_validators();
std::span<const Validator> event_validators();
std::span<const Validator> flow_control_validators();
std::span<const Validator> device_claim_validators();
std::span<const Validator> resource_slice_validators();
std::span<const Validator> access_validators();
std::span<const Validator> certificate_validators();
std::span<const Validator> autoscaling_validators();
std::span<const Validator> system_validators();
std::span<const Validator> api_service_validators();
std::span<const Validator> webhook_validators();
std::span<const Validator> admission_policy_validators();

}  // namespace kubus::apiserver
