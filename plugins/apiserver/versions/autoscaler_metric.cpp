#include "versions/autoscaler_metric.h"

#include <k8s/apimachinery/quantity.pb.h>
#include <k8s/autoscaling/v1/cross_version_reference.pb.h>
#include <k8s/meta/v1/label_selector.pb.h>

namespace kubus::apiserver {
namespace {

namespace v1 = autoscaling_v1;
namespace v2 = autoscaling_v2;

template <class From, class To>
void copy_reference(const From& from, To& to) {
  to.set_kind(from.kind());
  to.set_name(from.name());
  if (!from.apiversion().empty()) to.set_apiversion(from.apiversion());
}

// The name and the selector of a metric, which External calls otherwise than the rest.
template <class Flat>
void set_metric(const v2::MetricIdentifier& from, Flat& to) {
  to.set_metricname(from.name());
  if (!from.has_selector()) return;
  if constexpr (requires { to.mutable_metricselector(); })
    *to.mutable_metricselector() = from.selector();
  else
    *to.mutable_selector() = from.selector();
}

template <class Flat>
void set_metric(const Flat& from, v2::MetricIdentifier& to) {
  to.set_name(from.metricname());
  if constexpr (requires { from.metricselector(); }) {
    if (from.has_metricselector()) *to.mutable_selector() = from.metricselector();
  } else {
    if (from.has_selector()) *to.mutable_selector() = from.selector();
  }
}

// Resource and ContainerResource.
template <class From, class To>
void flatten_target(const From& from, To& to) {
  to.set_name(from.name());
  if constexpr (requires { to.set_container(from.container()); })
    to.set_container(from.container());
  const auto& target = from.target();
  if (target.has_averageutilization()) to.set_targetaverageutilization(target.averageutilization());
  if (target.has_averagevalue()) *to.mutable_targetaveragevalue() = target.averagevalue();
}

template <class From, class To>
void group_target(const From& from, To& to) {
  to.set_name(from.name());
  if constexpr (requires { to.set_container(from.container()); })
    to.set_container(from.container());
  auto& target = *to.mutable_target();
  target.set_type(from.has_targetaverageutilization() ? "Utilization" : "AverageValue");
  if (from.has_targetaverageutilization())
    target.set_averageutilization(from.targetaverageutilization());
  if (from.has_targetaveragevalue()) *target.mutable_averagevalue() = from.targetaveragevalue();
}

template <class From, class To>
void flatten_current(const From& from, To& to) {
  to.set_name(from.name());
  if constexpr (requires { to.set_container(from.container()); })
    to.set_container(from.container());
  if (from.current().has_averageutilization())
    to.set_currentaverageutilization(from.current().averageutilization());
  if (from.current().has_averagevalue())
    *to.mutable_currentaveragevalue() = from.current().averagevalue();
}

template <class From, class To>
void group_current(const From& from, To& to) {
  to.set_name(from.name());
  if constexpr (requires { to.set_container(from.container()); })
    to.set_container(from.container());
  auto& current = *to.mutable_current();
  if (from.has_currentaverageutilization())
    current.set_averageutilization(from.currentaverageutilization());
  *current.mutable_averagevalue() = from.currentaveragevalue();
}

}  // namespace

v1::MetricSpec metric_to_v1(const v2::MetricSpec& from) {
  v1::MetricSpec out;
  out.set_type(from.type());
  if (from.has_object()) {
    auto& object = *out.mutable_object();
    copy_reference(from.object().describedobject(), *object.mutable_target());
    set_metric(from.object().metric(), object);
    const auto& target = from.object().target();
    if (target.has_value()) *object.mutable_targetvalue() = target.value();
    if (target.has_averagevalue()) *object.mutable_averagevalue() = target.averagevalue();
  }
  if (from.has_pods()) {
    set_metric(from.pods().metric(), *out.mutable_pods());
    *out.mutable_pods()->mutable_targetaveragevalue() = from.pods().target().averagevalue();
  }
  if (from.has_resource()) flatten_target(from.resource(), *out.mutable_resource());
  if (from.has_containerresource())
    flatten_target(from.containerresource(), *out.mutable_containerresource());
  if (from.has_external()) {
    auto& external = *out.mutable_external();
    set_metric(from.external().metric(), external);
    const auto& target = from.external().target();
    if (target.has_value()) *external.mutable_targetvalue() = target.value();
    if (target.has_averagevalue()) *external.mutable_targetaveragevalue() = target.averagevalue();
  }
  return out;
}

v2::MetricSpec metric_to_v2(const v1::MetricSpec& from) {
  v2::MetricSpec out;
  out.set_type(from.type());
  if (from.has_object()) {
    auto& object = *out.mutable_object();
    copy_reference(from.object().target(), *object.mutable_describedobject());
    set_metric(from.object(), *object.mutable_metric());
    auto& target = *object.mutable_target();
    target.set_type(from.object().has_averagevalue() ? "AverageValue" : "Value");
    *target.mutable_value() = from.object().targetvalue();
    if (from.object().has_averagevalue())
      *target.mutable_averagevalue() = from.object().averagevalue();
  }
  if (from.has_pods()) {
    set_metric(from.pods(), *out.mutable_pods()->mutable_metric());
    auto& target = *out.mutable_pods()->mutable_target();
    target.set_type("AverageValue");
    *target.mutable_averagevalue() = from.pods().targetaveragevalue();
  }
  if (from.has_resource()) group_target(from.resource(), *out.mutable_resource());
  if (from.has_containerresource())
    group_target(from.containerresource(), *out.mutable_containerresource());
  if (from.has_external()) {
    const auto& external = from.external();
    set_metric(external, *out.mutable_external()->mutable_metric());
    auto& target = *out.mutable_external()->mutable_target();
    target.set_type(external.has_targetvalue() ? "Value" : "AverageValue");
    if (external.has_targetvalue()) *target.mutable_value() = external.targetvalue();
    if (external.has_targetaveragevalue())
      *target.mutable_averagevalue() = external.targetaveragevalue();
  }
  return out;
}

v1::MetricStatus metric_to_v1(const v2::MetricStatus& from) {
  v1::MetricStatus out;
  out.set_type(from.type());
  if (from.has_object()) {
    auto& object = *out.mutable_object();
    copy_reference(from.object().describedobject(), *object.mutable_target());
    set_metric(from.object().metric(), object);
    const auto& current = from.object().current();
    if (current.has_value()) *object.mutable_currentvalue() = current.value();
    if (current.has_averagevalue()) *object.mutable_averagevalue() = current.averagevalue();
  }
  if (from.has_pods()) {
    set_metric(from.pods().metric(), *out.mutable_pods());
    *out.mutable_pods()->mutable_currentaveragevalue() = from.pods().current().averagevalue();
  }
  if (from.has_resource()) flatten_current(from.resource(), *out.mutable_resource());
  if (from.has_containerresource())
    flatten_current(from.containerresource(), *out.mutable_containerresource());
  if (from.has_external()) {
    auto& external = *out.mutable_external();
    set_metric(from.external().metric(), external);
    const auto& current = from.external().current();
    if (current.has_value()) *external.mutable_currentvalue() = current.value();
    if (current.has_averagevalue())
      *external.mutable_currentaveragevalue() = current.averagevalue();
  }
  return out;
}

v2::MetricStatus metric_to_v2(const v1::MetricStatus& from) {
  v2::MetricStatus out;
  out.set_type(from.type());
  if (from.has_object()) {
    auto& object = *out.mutable_object();
    copy_reference(from.object().target(), *object.mutable_describedobject());
    set_metric(from.object(), *object.mutable_metric());
    *object.mutable_current()->mutable_value() = from.object().currentvalue();
    if (from.object().has_averagevalue())
      *object.mutable_current()->mutable_averagevalue() = from.object().averagevalue();
  }
  if (from.has_pods()) {
    set_metric(from.pods(), *out.mutable_pods()->mutable_metric());
    *out.mutable_pods()->mutable_current()->mutable_averagevalue() =
        from.pods().currentaveragevalue();
  }
  if (from.has_resource()) group_current(from.resource(), *out.mutable_resource());
  if (from.has_containerresource())
    group_current(from.containerresource(), *out.mutable_containerresource());
  if (from.has_external()) {
    const auto& external = from.external();
    set_metric(external, *out.mutable_external()->mutable_metric());
    auto& current = *out.mutable_external()->mutable_current();
    *current.mutable_value() = external.currentvalue();
    if (external.has_currentaveragevalue())
      *current.mutable_averagevalue() = external.currentaveragevalue();
  }
  return out;
}

}  // namespace kubus::apiserver
