#include <k8s/core/v1/limit_range.pb.h>
#include <k8s/core/v1/namespace.pb.h>
#include <k8s/core/v1/node.pb.h>
#include <k8s/core/v1/replication_controller.pb.h>
#include <k8s/core/v1/secret.pb.h>

#include "defaults/amounts.h"
#include "defaults/defaulter.h"

namespace kubus::apiserver {
namespace {

void default_namespace(core_v1::Namespace& object) {
  meta_v1::ObjectMeta& metadata = *object.mutable_metadata();
  if (!metadata.name().empty()) {
    (*metadata.mutable_labels())["kubernetes.io/metadata.name"] = metadata.name();
  }
  if (object.status().phase().empty()) object.mutable_status()->set_phase("Active");
}

void default_node_status(core_v1::NodeStatus& status) {
  if (status.allocatable().empty() && !status.capacity().empty()) {
    *status.mutable_allocatable() = status.capacity();
  }
  round_amounts(*status.mutable_capacity());
  round_amounts(*status.mutable_allocatable());
}

void default_secret(core_v1::Secret& secret) {
  if (secret.type().empty()) secret.set_type("Opaque");
}

void default_replication_controller(core_v1::ReplicationController& object) {
  const auto& labels = object.spec().template_().metadata().labels();
  if (labels.empty()) return;
  if (object.spec().selector().empty()) *object.mutable_spec()->mutable_selector() = labels;
  if (object.metadata().labels().empty()) *object.mutable_metadata()->mutable_labels() = labels;
}

// What is not said follows from the bounds: the default from the largest, the request from the
// default or the smallest.
void fill_limits(core_v1::LimitRangeItem& item) {
  auto& limits = *item.mutable_default_();
  auto& requests = *item.mutable_defaultrequest();
  const auto fill = [](auto& target, const auto& source) {
    for (const auto& [name, value] : source) {
      if (!target.contains(name)) target[name] = value;
    }
  };
  fill(limits, item.max());
  fill(requests, limits);
  fill(requests, item.min());
}

void default_limit(core_v1::LimitRangeItem& item) {
  if (item.type() == "Container") fill_limits(item);
  for (auto* amounts : {item.mutable_max(), item.mutable_min(), item.mutable_default_(),
                        item.mutable_defaultrequest(), item.mutable_maxlimitrequestratio()})
    round_amounts(*amounts);
}

constexpr Defaulter kDefaulters[] = {
    {"k8s.io.api.core.v1.Namespace", default_as<core_v1::Namespace, default_namespace>},
    {"k8s.io.api.core.v1.NodeStatus", default_as<core_v1::NodeStatus, default_node_status>},
    {"k8s.io.api.core.v1.Secret", default_as<core_v1::Secret, default_secret>},
    {"k8s.io.api.core.v1.ReplicationController",
     default_as<core_v1::ReplicationController, default_replication_controller>},
    {"k8s.io.api.core.v1.LimitRangeItem", default_as<core_v1::LimitRangeItem, default_limit>},
};

}  // namespace

std::span<const Defaulter> core_defaulters() { return kDefaulters; }

}  // namespace kubus::apiserver
