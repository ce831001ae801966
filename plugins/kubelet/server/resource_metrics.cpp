#include "resource_metrics.h"

#include "kubus/metrics_page.h"
#include "stats_summary.h"

namespace kubus::kubelet {
namespace {

using metrics::Labels;
using metrics::Page;

void cpu_sample(Page& page, const Labels& labels, const runtime::CpuStats& cpu) {
  page.sample(labels, seconds_of(static_cast<double>(cpu.usage_core_nanoseconds())),
              {.time_ms = cpu.timestamp() / 1'000'000});
}

void memory_sample(Page& page, const Labels& labels, const runtime::MemoryStats& memory) {
  page.sample(labels, static_cast<double>(memory.working_set_bytes()),
              {.time_ms = memory.timestamp() / 1'000'000});
}

Labels labels_of(const runtime::SandboxStats& pod) {
  return {{"namespace", pod.pod_namespace()}, {"pod", pod.pod_name()}};
}

Labels labels_of(const runtime::SandboxStats& pod, const runtime::ContainerStats& container) {
  auto labels = labels_of(pod);
  labels.emplace_back("container", container.name());
  return labels;
}

template <class Sample>
void each_container(const runtime::StatsResponse& stats, const Sample& sample) {
  for (const auto& pod : stats.sandboxes())
    for (const auto& container : pod.containers()) sample(pod, container);
}

void container_families(Page& page, const runtime::StatsResponse& stats,
                        const std::vector<PodPtr>& pods) {
  page.family("container_cpu_usage_seconds_total",
              "[STABLE] Cumulative cpu time consumed by the container in core-seconds", "counter");
  each_container(stats, [&](const auto& pod, const auto& container) {
    cpu_sample(page, labels_of(pod, container), container.cpu());
  });
  page.family("container_memory_working_set_bytes",
              "[STABLE] Current working set of the container in bytes", "gauge");
  each_container(stats, [&](const auto& pod, const auto& container) {
    memory_sample(page, labels_of(pod, container), container.memory());
  });
  page.family("container_start_time_seconds",
              "[STABLE] Start time of the container since unix epoch in seconds", "gauge");
  each_container(stats, [&](const auto& pod, const auto& container) {
    for (const auto& object : pods) {
      if (object->metadata().uid() != pod.pod_uid()) continue;
      const auto since = start_time(*object, container.name());
      if (!since) continue;
      const std::chrono::duration<double> seconds = since->time_since_epoch();
      page.sample(labels_of(pod, container), seconds.count());
    }
  });
}

void node_families(Page& page, const NodeUsage& node) {
  page.family("node_cpu_usage_seconds_total",
              "[STABLE] Cumulative cpu time consumed by the node in core-seconds", "counter");
  cpu_sample(page, {}, node.cpu);
  page.family("node_memory_working_set_bytes", "[STABLE] Current working set of the node in bytes",
              "gauge");
  memory_sample(page, {}, node.memory);
  page.family(
      "node_swap_usage_bytes",
      "[ALPHA] Current swap usage of the node in bytes. Reported only on non-windows systems",
      "gauge");
  page.sample({}, static_cast<double>(node.swap_bytes),
              {.time_ms = node.memory.timestamp() / 1'000'000});
}

void pod_families(Page& page, const runtime::StatsResponse& stats) {
  page.family("pod_cpu_usage_seconds_total",
              "[STABLE] Cumulative cpu time consumed by the pod in core-seconds", "counter");
  for (const auto& pod : stats.sandboxes()) cpu_sample(page, labels_of(pod), pod.cpu());
  page.family("pod_memory_working_set_bytes", "[STABLE] Current working set of the pod in bytes",
              "gauge");
  for (const auto& pod : stats.sandboxes()) memory_sample(page, labels_of(pod), pod.memory());
}

}  // namespace

std::string resource_metrics(const NodeUsage& node, const Result<runtime::StatsResponse>& stats,
                             const std::vector<PodPtr>& pods) {
  Page page;
  if (stats.ok()) {
    container_families(page, *stats, pods);
    node_families(page, node);
    pod_families(page, *stats);
  }
  page.family("resource_scrape_error",
              "[STABLE] 1 if there was an error while getting container metrics, 0 otherwise",
              "gauge");
  page.sample({}, stats.ok() ? 0 : 1);
  return page.text();
}

}  // namespace kubus::kubelet
