#include <k8s/apps/v1/daemon_set.pb.h>
#include <k8s/coordination/v1/lease.pb.h>

#include <algorithm>
#include <charconv>

#include "kubus/api/resource.h"
#include "strategy/kinds.h"
#include "validation/checks.h"

namespace kubus::apiserver {
namespace {

using apps_v1::DaemonSet;
using coordination_v1::Lease;

// A DaemonSet counts the versions of its template in an annotation.
constexpr const char* kTemplateGeneration = "deprecated.daemonset.template.generation";

std::int64_t template_generation(const Message& object) {
  const auto& annotations = metadata_of(object)->annotations();
  const auto found = annotations.find(kTemplateGeneration);
  std::int64_t count = 0;
  if (found != annotations.end()) {
    const std::string& text = found->second;
    std::from_chars(text.data(), text.data() + text.size(), count);
  }
  return count;
}

void set_template_generation(Message& object, std::int64_t count) {
  (*metadata_of(object)->mutable_annotations())[kTemplateGeneration] = std::to_string(count);
}

void create_daemon_set(Message& object) {
  set_template_generation(object, std::max<std::int64_t>(template_generation(object), 1));
}

void update_daemon_set(Message& object, const Message& old) {
  const auto& now = static_cast<const DaemonSet&>(object).spec().template_();
  const auto& before = static_cast<const DaemonSet&>(old).spec().template_();
  set_template_generation(object, template_generation(old) + (equal(now, before) ? 0 : 1));
}

void keep_template_generation(Message& object, const Message& old) {
  set_template_generation(object, template_generation(old));
}

void keep_labels(Message& object, const Message& old) {
  *metadata_of(object)->mutable_labels() = metadata_of(old)->labels();
}

// Leaders that are chosen by the cluster are off by default, and so are the fields for them.
void create_lease(Message& object) {
  auto& spec = *static_cast<Lease&>(object).mutable_spec();
  spec.clear_strategy();
  spec.clear_preferredholder();
}

void update_lease(Message& object, const Message& old) {
  const auto& before = static_cast<const Lease&>(old).spec();
  auto& spec = *static_cast<Lease&>(object).mutable_spec();
  if (!before.has_strategy()) spec.clear_strategy();
  if (!before.has_preferredholder()) spec.clear_preferredholder();
}

}  // namespace

void deployment_rules(Strategy& strategy) { strategy.prepare_status = keep_labels; }

void daemon_set_rules(Strategy& strategy) {
  strategy.prepare_create = create_daemon_set;
  strategy.prepare_update = update_daemon_set;
  strategy.prepare_status = keep_template_generation;
}

void lease_rules(Strategy& strategy) {
  strategy.prepare_create = create_lease;
  strategy.prepare_update = update_lease;
}

}  // namespace kubus::apiserver
