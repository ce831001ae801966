#include "versions/autoscaler.h"

#include <google/protobuf/message.h>
#include <k8s/autoscaling/v1/cross_version_reference.pb.h>
#include <k8s/autoscaling/v1/horizontal_pod_autoscaler.pb.h>
#include <k8s/autoscaling/v2/horizontal_pod_autoscaler.pb.h>

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "kubus/api/json.h"
#include "kubus/api/json_value.h"
#include "versions/autoscaler_behavior.h"
#include "versions/autoscaler_metric.h"

namespace kubus::apiserver {
namespace {

namespace v1 = autoscaling_v1;
namespace v2 = autoscaling_v2;
using Annotations = google::protobuf::Map<std::string, std::string>;

constexpr const char* kMetrics = "autoscaling.alpha.kubernetes.io/metrics";
constexpr const char* kCurrentMetrics = "autoscaling.alpha.kubernetes.io/current-metrics";
constexpr const char* kConditions = "autoscaling.alpha.kubernetes.io/conditions";
constexpr const char* kBehavior = "autoscaling.alpha.kubernetes.io/behavior";
constexpr int kDefaultUtilization = 80;

template <class T>
std::string list_json(const std::vector<T>& items) {
  std::string out = "[";
  for (const T& item : items) {
    if (out.size() > 1) out += ',';
    append_json(item, out);
  }
  return out + "]";
}

// What an annotation holds; nothing when it holds something else.
template <class T>
std::vector<T> read_list(const Annotations& annotations, const char* name) {
  const auto found = annotations.find(name);
  boost::json::value tree;
  if (found == annotations.end() || !parse_json(found->second, tree).ok() || !tree.is_array())
    return {};
  std::vector<T> out;
  for (const auto& item : tree.get_array())
    if (!from_json(item, out.emplace_back()).ok()) return {};
  return out;
}

void drop_annotations(Annotations& annotations) {
  for (const char* name : {kMetrics, kCurrentMetrics, kConditions, kBehavior})
    annotations.erase(name);
}

template <class From, class To>
void copy_common(const From& from, To& to) {
  *to.mutable_metadata() = from.metadata();
  drop_annotations(*to.mutable_metadata()->mutable_annotations());
  const auto& reference = from.spec().scaletargetref();
  auto& target = *to.mutable_spec()->mutable_scaletargetref();
  target.set_kind(reference.kind());
  target.set_name(reference.name());
  if (!reference.apiversion().empty()) target.set_apiversion(reference.apiversion());
  if (from.spec().has_minreplicas()) to.mutable_spec()->set_minreplicas(from.spec().minreplicas());
  to.mutable_spec()->set_maxreplicas(from.spec().maxreplicas());
  const auto& before = from.status();
  auto& status = *to.mutable_status();
  if (before.has_observedgeneration()) status.set_observedgeneration(before.observedgeneration());
  if (before.has_lastscaletime()) *status.mutable_lastscaletime() = before.lastscaletime();
  status.set_currentreplicas(before.currentreplicas());
  status.set_desiredreplicas(before.desiredreplicas());
}

bool is_cpu_utilization(const v2::MetricSpec& metric) {
  return metric.type() == "Resource" && metric.resource().name() == "cpu" &&
         metric.resource().target().has_averageutilization();
}

v2::MetricSpec cpu_utilization(std::int32_t percent) {
  v2::MetricSpec metric;
  metric.set_type("Resource");
  metric.mutable_resource()->set_name("cpu");
  metric.mutable_resource()->mutable_target()->set_type("Utilization");
  metric.mutable_resource()->mutable_target()->set_averageutilization(percent);
  return metric;
}

template <class To, class From>
To condition_as(const From& from) {
  To out;
  out.ParseFromString(from.SerializeAsString());  // the same fields in both versions
  return out;
}

// The first metric of the processor has a field of its own.
template <class Metrics, class Value>
std::optional<std::int32_t> cpu_percent(const Metrics& metrics, Value value) {
  for (const auto& metric : metrics) {
    if (metric.type() != "Resource" || metric.resource().name() != "cpu") continue;
    const auto& found = value(metric.resource());
    if (!found.has_averageutilization()) return std::nullopt;
    return found.averageutilization();
  }
  return std::nullopt;
}

void add_annotations(const v2::HorizontalPodAutoscaler& from, v1::HorizontalPodAutoscaler& to) {
  auto& annotations = *to.mutable_metadata()->mutable_annotations();
  std::vector<v1::MetricSpec> metrics;
  for (const auto& metric : from.spec().metrics())
    if (!is_cpu_utilization(metric)) metrics.push_back(metric_to_v1(metric));
  if (!metrics.empty()) annotations[kMetrics] = list_json(metrics);
  std::vector<v1::MetricStatus> current;
  for (const auto& metric : from.status().currentmetrics()) current.push_back(metric_to_v1(metric));
  if (!current.empty()) annotations[kCurrentMetrics] = list_json(current);
  if (from.spec().has_behavior()) annotations[kBehavior] = behavior_json(from.spec().behavior());
  std::vector<v1::HorizontalPodAutoscalerCondition> conditions;
  for (const auto& condition : from.status().conditions())
    conditions.push_back(condition_as<v1::HorizontalPodAutoscalerCondition>(condition));
  if (!conditions.empty()) annotations[kConditions] = list_json(conditions);
}

}  // namespace

std::unique_ptr<Message> autoscaler_to_v1(const Message& object) {
  const auto& from = static_cast<const v2::HorizontalPodAutoscaler&>(object);
  auto to = std::make_unique<v1::HorizontalPodAutoscaler>();
  copy_common(from, *to);
  const auto wanted = cpu_percent(
      from.spec().metrics(), [](const auto& cpu) -> const auto& { return cpu.target(); });
  if (wanted) to->mutable_spec()->set_targetcpuutilizationpercentage(*wanted);
  const auto current = cpu_percent(
      from.status().currentmetrics(), [](const auto& cpu) -> const auto& { return cpu.current(); });
  if (current) to->mutable_status()->set_currentcpuutilizationpercentage(*current);
  add_annotations(from, *to);
  return to;
}

std::unique_ptr<Message> autoscaler_to_v2(const Message& object) {
  const auto& from = static_cast<const v1::HorizontalPodAutoscaler&>(object);
  const auto& annotations = from.metadata().annotations();
  auto to = std::make_unique<v2::HorizontalPodAutoscaler>();
  copy_common(from, *to);
  auto& spec = *to->mutable_spec();
  for (const auto& metric : read_list<v1::MetricSpec>(annotations, kMetrics))
    *spec.add_metrics() = metric_to_v2(metric);
  if (from.spec().has_targetcpuutilizationpercentage())
    *spec.add_metrics() = cpu_utilization(from.spec().targetcpuutilizationpercentage());
  if (spec.metrics_size() == 0) *spec.add_metrics() = cpu_utilization(kDefaultUtilization);
  if (const auto found = annotations.find(kBehavior); found != annotations.end())
    if (auto behavior = read_behavior(found->second)) *spec.mutable_behavior() = *behavior;
  auto& status = *to->mutable_status();
  for (const auto& metric : read_list<v1::MetricStatus>(annotations, kCurrentMetrics))
    *status.add_currentmetrics() = metric_to_v2(metric);
  if (status.currentmetrics_size() == 0 && from.status().has_currentcpuutilizationpercentage()) {
    auto& metric = *status.add_currentmetrics();
    metric.set_type("Resource");
    metric.mutable_resource()->set_name("cpu");
    metric.mutable_resource()->mutable_current()->set_averageutilization(
        from.status().currentcpuutilizationpercentage());
  }
  for (const auto& condition :
       read_list<v1::HorizontalPodAutoscalerCondition>(annotations, kConditions))
    *status.add_conditions() = condition_as<v2::HorizontalPodAutoscalerCondition>(condition);
  return to;
}

}  // namespace kubus::apiserver
