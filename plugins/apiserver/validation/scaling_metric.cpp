#include <k8s/autoscaling/v2/metric.pb.h>

#include <utility>
#include <vector>

#include "kubus/api/quantity.h"
#include "validation/autoscaling.h"
#include "validation/checks.h"

namespace kubus::apiserver {
namespace {

using autoscaling_v2::MetricSpec;

void check_positive_amount(bool present, const Quantity& quantity, const Path& path,
                           ErrorList& errors) {
  if (!present) return;
  const QuantityValue value = QuantityValue::of(quantity);
  if (value.sign() <= 0) errors.invalid(path, value.to_string(), "must be positive");
}

void check_target(const autoscaling_v2::MetricTarget& target, const Path& path, ErrorList& errors) {
  const Path type = path.child("type");
  if (target.type().empty()) errors.required(type, "must specify a metric target type");
  if (target.type() != "Utilization" && target.type() != "Value" &&
      target.type() != "AverageValue") {
    errors.invalid(type, target.type(), "must be either Utilization, Value, or AverageValue");
  }
  check_positive_amount(target.has_value(), target.value(), path.child("value"), errors);
  check_positive_amount(target.has_averagevalue(), target.averagevalue(),
                        path.child("averageValue"), errors);
  if (target.has_averageutilization() && target.averageutilization() < 1) {
    errors.invalid(path.child("averageUtilization"), target.averageutilization(),
                   "must be greater than 0");
  }
}

void check_identifier(const autoscaling_v2::MetricIdentifier& metric, const Path& path,
                      ErrorList& errors) {
  if (metric.name().empty()) {
    errors.required(path.child("name"), "must specify a metric name");
  } else {
    check_segment(metric.name(), path.child("name"), errors);
  }
}

void check_object(const autoscaling_v2::ObjectMetricSource& source, const Path& path,
                  ErrorList& errors) {
  const Path described = path.child("describedObject");
  check_segment(source.describedobject().kind(), described.child("kind"), errors);
  check_segment(source.describedobject().name(), described.child("name"), errors);
  check_identifier(source.metric(), path.child("metric"), errors);
  check_target(source.target(), path.child("target"), errors);
  if (!source.target().has_value() && !source.target().has_averagevalue()) {
    errors.required(path.child("target").child("averageValue"),
                    "must set either a target value or averageValue");
  }
}

void check_external(const autoscaling_v2::ExternalMetricSource& source, const Path& path,
                    ErrorList& errors) {
  const Path target = path.child("target");
  check_identifier(source.metric(), path.child("metric"), errors);
  check_target(source.target(), target, errors);
  if (!source.target().has_value() && !source.target().has_averagevalue()) {
    errors.required(target.child("averageValue"),
                    "must set either a target value for metric or a per-pod target");
  }
  if (source.target().has_value() && source.target().has_averagevalue()) {
    errors.forbidden(target.child("value"),
                     "may not set both a target value for metric and a per-pod target");
  }
}

void check_pods(const autoscaling_v2::PodsMetricSource& source, const Path& path,
                ErrorList& errors) {
  check_identifier(source.metric(), path.child("metric"), errors);
  check_target(source.target(), path.child("target"), errors);
  const auto& target = source.target();
  if (!target.has_averagevalue() || QuantityValue::of(target.averagevalue()).sign() <= 0) {
    errors.required(path.child("target").child("averageValue"),
                    "must specify a positive target averageValue");
  }
}

void check_metric_container(const autoscaling_v2::ResourceMetricSource&, const Path&, ErrorList&) {}

void check_metric_container(const autoscaling_v2::ContainerResourceMetricSource& source,
                            const Path& path, ErrorList& errors) {
  if (source.container().empty()) errors.required(path, "must specify a container");
}

template <class Source>
void check_resource(const Source& source, const Path& path, ErrorList& errors) {
  const Path target = path.child("target");
  if (source.name().empty()) {
    errors.required(path.child("name"), "must specify a resource name");
  }
  check_metric_container(source, path.child("container"), errors);
  check_target(source.target(), target, errors);
  if (!source.target().has_averageutilization() && !source.target().has_averagevalue()) {
    errors.required(target.child("averageUtilization"),
                    "must set either a target raw value or a target utilization");
  }
  if (source.target().has_averageutilization() && source.target().has_averagevalue()) {
    errors.forbidden(target.child("averageValue"),
                     "may not set both a target raw value and a target utilization");
  }
}

void check_source(const MetricSpec& metric, std::string_view name, const Path& path,
                  ErrorList& errors) {
  if (name == "object") check_object(metric.object(), path, errors);
  if (name == "external") check_external(metric.external(), path, errors);
  if (name == "pods") check_pods(metric.pods(), path, errors);
  if (name == "resource") check_resource(metric.resource(), path, errors);
  if (name == "containerResource") check_resource(metric.containerresource(), path, errors);
}

std::vector<std::string_view> sources_of(const MetricSpec& metric) {
  std::vector<std::string_view> present;
  if (metric.has_object()) present.emplace_back("object");
  if (metric.has_external()) present.emplace_back("external");
  if (metric.has_pods()) present.emplace_back("pods");
  if (metric.has_resource()) present.emplace_back("resource");
  if (metric.has_containerresource()) present.emplace_back("containerResource");
  return present;
}

}  // namespace

void check_metric(const MetricSpec& metric, const Path& path, ErrorList& errors) {
  const std::string& type = metric.type();
  if (type.empty()) errors.required(path.child("type"), "must specify a metric source type");
  std::string expected = type;
  if (!expected.empty()) expected[0] = static_cast<char>(expected[0] + 32);
  const bool known = type == "Object" || type == "External" || type == "Pods" ||
                     type == "Resource" || type == "ContainerResource";
  const auto unknown = [&] {
    errors.not_supported(path.child("type"), type,
                         {"ContainerResource", "External", "Object", "Pods", "Resource"});
  };
  if (!known) unknown();
  const auto present = sources_of(metric);
  if (!present.empty()) check_source(metric, present[0], path.child(present[0]), errors);
  bool found = false;
  for (const auto name : present) found |= name == expected;
  // As the reference does, it is said again where the source would be looked for.
  if (!known) {
    unknown();
  } else if (!found) {
    errors.required(path.child(expected), "must populate information for the given metric source");
  }
  if (present.size() == 1) return;
  for (const auto name : present) {
    if (name != expected) {
      errors.forbidden(path.child(name), "must populate the given metric source only");
    }
  }
}

}  // namespace kubus::apiserver
