#include "subresource/pod_actions.h"

#include <k8s/core/v1/pod.pb.h>
#include <k8s/meta/v1/status.pb.h>

#include <algorithm>
#include <string>

#include "kubus/api/time.h"

namespace kubus::apiserver {

Answer acknowledged() {
  auto status = std::make_shared<meta_v1::Status>();
  status->mutable_metadata();
  status->set_status("Success");
  status->set_code(201);
  return Answer::of(std::shared_ptr<const Message>(std::move(status)), 201);
}

void set_pod_condition(core_v1::Pod& pod, const ConditionText& text) {
  auto& conditions = *pod.mutable_status()->mutable_conditions();
  auto found = std::find_if(conditions.begin(), conditions.end(),
                            [&](const auto& one) { return one.type() == text.type; });
  auto* condition = found == conditions.end() ? conditions.Add() : &*found;
  if (condition->status() != text.status) set_now(*condition->mutable_lasttransitiontime());
  condition->set_type(std::string(text.type));
  condition->set_status(std::string(text.status));
  condition->clear_reason();
  condition->clear_message();
  if (!text.reason.empty()) condition->set_reason(std::string(text.reason));
  if (!text.message.empty()) condition->set_message(std::string(text.message));
  if (pod.metadata().generation() > 0)
    condition->set_observedgeneration(pod.metadata().generation());
}

}  // namespace kubus::apiserver
