#include <k8s/autoscaling/v1/horizontal_pod_autoscaler.pb.h>
#include <k8s/autoscaling/v1/scale.pb.h>
#include <k8s/autoscaling/v2/horizontal_pod_autoscaler.pb.h>
#include <k8s/policy/v1/pod_disruption_budget.pb.h>

#include "kubus/api/int_or_string.h"
#include "kubus/api/quantity.h"
#include "table/printer.h"
#include "table/texts.h"

namespace kubus::apiserver {
namespace {

constexpr std::string_view kUnknown = "<unknown>";

constexpr Column kScalerColumns[] = {
    kNameColumn,
    {"Reference", "string", "Object that is scaled"},
    {"Targets", "string", "Values of the metrics and what they should be"},
    {"MinPods", "string", "Fewest pods"},
    {"MaxPods", "string", "Most pods"},
    {"Replicas", "string", "Pods at present"},
    kAgeColumn,
};

using Target = autoscaling_v2::MetricTarget;
using Current = autoscaling_v2::MetricValueStatus;

std::string quantity_text(const Quantity& value) { return QuantityValue::of(value).to_string(); }

// An average where the target asks for one, else the plain value.
std::string value_text(const Target& target, const Current* current) {
  const bool average = target.has_averagevalue();
  std::string now(kUnknown);
  if (current != nullptr && (!average || current->has_averagevalue())) {
    now = quantity_text(average ? current->averagevalue() : current->value());
  }
  return now + "/" + quantity_text(average ? target.averagevalue() : target.value()) +
         (average ? " (avg)" : "");
}

std::string resource_text(const std::string& name, const Target& target, const Current* current) {
  std::string now(kUnknown);
  std::string wanted = "<auto>";
  if (target.has_averagevalue()) {
    wanted = quantity_text(target.averagevalue());
    if (current != nullptr) now = quantity_text(current->averagevalue());
  } else {
    if (target.has_averageutilization()) wanted = std::to_string(target.averageutilization()) + "%";
    if (current != nullptr && current->has_averageutilization()) {
      now = std::to_string(current->averageutilization()) + "%";
    }
  }
  return name + ": " + now + "/" + wanted;
}

std::string metric_text(const autoscaling_v2::MetricSpec& spec,
                        const autoscaling_v2::MetricStatus* status) {
  const std::string& type = spec.type();
  if (type == "External") {
    const bool known = status != nullptr && status->has_external();
    return value_text(spec.external().target(), known ? &status->external().current() : nullptr);
  }
  if (type == "Object") {
    const bool known = status != nullptr && status->has_object();
    return value_text(spec.object().target(), known ? &status->object().current() : nullptr);
  }
  if (type == "Pods") {
    const bool known = status != nullptr && status->has_pods();
    const std::string now =
        known ? quantity_text(status->pods().current().averagevalue()) : std::string(kUnknown);
    return now + "/" + quantity_text(spec.pods().target().averagevalue());
  }
  if (type == "Resource") {
    const bool known = status != nullptr && status->has_resource();
    return resource_text(spec.resource().name(), spec.resource().target(),
                         known ? &status->resource().current() : nullptr);
  }
  if (type == "ContainerResource") {
    const bool known = status != nullptr && status->has_containerresource();
    return resource_text(spec.containerresource().name(), spec.containerresource().target(),
                         known ? &status->containerresource().current() : nullptr);
  }
  return "<unknown type>";
}

std::string metrics_text(const autoscaling_v2::HorizontalPodAutoscaler& object) {
  constexpr int kShown = 2;
  const auto& specs = object.spec().metrics();
  const auto& statuses = object.status().currentmetrics();
  if (specs.empty()) return "<none>";
  std::vector<std::string> parts;
  for (int i = 0; i < specs.size() && i < kShown; ++i) {
    parts.push_back(metric_text(specs[i], i < statuses.size() ? &statuses[i] : nullptr));
  }
  const std::string out = join(parts, ", ");
  if (specs.size() <= kShown) return out;
  return out + " + " + std::to_string(specs.size() - kShown) + " more...";
}

template <class T>
void print_rest(const T& object, const std::string& metrics, Cells& cells) {
  const auto& spec = object.spec();
  cells.text(object.metadata().name());
  cells.text(spec.scaletargetref().kind() + "/" + spec.scaletargetref().name());
  cells.text(metrics);
  cells.text(spec.has_minreplicas() ? std::to_string(spec.minreplicas()) : "<unset>");
  cells.number(spec.maxreplicas());
  cells.number(object.status().currentreplicas());
  cells.age(object.metadata().creationtimestamp());
}

void print_scaler(const autoscaling_v2::HorizontalPodAutoscaler& object, Cells& cells) {
  print_rest(object, metrics_text(object), cells);
}

void print_scaler_v1(const autoscaling_v1::HorizontalPodAutoscaler& object, Cells& cells) {
  std::string metrics = "<none>";
  if (object.spec().has_targetcpuutilizationpercentage()) {
    const auto& status = object.status();
    const std::string now = status.has_currentcpuutilizationpercentage()
                                ? std::to_string(status.currentcpuutilizationpercentage()) + "%"
                                : std::string(kUnknown);
    metrics =
        "cpu: " + now + "/" + std::to_string(object.spec().targetcpuutilizationpercentage()) + "%";
  }
  print_rest(object, metrics, cells);
}

constexpr Column kScaleColumns[] = {
    {"Name", "string", "Name of the object that is scaled"},
    {"Desired", "integer", "Number of pods that should exist"},
    {"Available", "integer", "Number of pods that exist"},
    kAgeColumn,
};

void print_scale(const autoscaling_v1::Scale& object, Cells& cells) {
  cells.text(object.metadata().name());
  cells.number(object.spec().replicas());
  cells.number(object.status().replicas());
  cells.age(object.metadata().creationtimestamp());
}

constexpr Column kBudgetColumns[] = {
    kNameColumn,
    {"Min Available", "string", "Pods that must stay available"},
    {"Max Unavailable", "string", "Pods that may be unavailable"},
    {"Allowed Disruptions", "integer", "Pods that may be evicted now"},
    kAgeColumn,
};

void print_budget(const policy_v1::PodDisruptionBudget& object, Cells& cells) {
  const auto& spec = object.spec();
  cells.text(object.metadata().name());
  cells.text(spec.has_minavailable() ? to_string(spec.minavailable()) : "N/A");
  cells.text(spec.has_maxunavailable() ? to_string(spec.maxunavailable()) : "N/A");
  cells.number(object.status().disruptionsallowed());
  cells.age(object.metadata().creationtimestamp());
}

constexpr Printer kPrinters[] = {
    {"k8s.io.api.autoscaling.v2.HorizontalPodAutoscaler", kScalerColumns,
     print_as<autoscaling_v2::HorizontalPodAutoscaler, print_scaler>},
    {"k8s.io.api.autoscaling.v1.HorizontalPodAutoscaler", kScalerColumns,
     print_as<autoscaling_v1::HorizontalPodAutoscaler, print_scaler_v1>},
    {"k8s.io.api.autoscaling.v1.Scale", kScaleColumns,
     print_as<autoscaling_v1::Scale, print_scale>},
    {"k8s.io.api.policy.v1.PodDisruptionBudget", kBudgetColumns,
     print_as<policy_v1::PodDisruptionBudget, print_budget>},
};

}  // namespace

std::span<const Printer> autoscaling_printers() { return kPrinters; }

}  // namespace kubus::apiserver
