#include "cadvisor_metrics.h"

#include <functional>
#include <map>
#include <vector>

#include "kubus/metrics_page.h"

namespace kubus::kubelet {
namespace {

using metrics::Labels;
using metrics::Page;

// What is known of one control group.
struct Group {
  Labels labels;
  const runtime::CpuStats* cpu = nullptr;
  const runtime::MemoryStats* memory = nullptr;
  const runtime::FilesystemStats* layer = nullptr;  // of a container
  const runtime::SandboxStats* network = nullptr;   // of a pod with a network of its own
  std::uint64_t processes = 0;                      // 0: not known
  double started_at = 0;                            // seconds since 1970
  std::int64_t time_ms() const { return cpu->timestamp() / 1'000'000; }
};

Labels labels_of(const std::string& id, const runtime::SandboxStats* pod,
                 const runtime::Container* container) {
  return {{"id", id},
          {"namespace", pod ? pod->pod_namespace() : ""},
          {"pod", pod ? pod->pod_name() : ""},
          {"container", container ? container->config().name() : ""},
          {"image", container ? container->config().image() : ""},
          {"name", container ? container->id() : ""}};
}

void add_containers(const runtime::SandboxStats& pod, const std::string& parent,
                    const std::map<std::string, const runtime::Container*>& containers,
                    std::vector<Group>& groups) {
  for (const auto& stats : pod.containers()) {
    const auto found = containers.find(stats.id());
    if (found == containers.end()) continue;  // it came later
    Group group;
    group.labels = labels_of(parent + "/" + stats.id(), &pod, found->second);
    group.cpu = &stats.cpu();
    group.memory = &stats.memory();
    group.layer = &stats.writable_layer();
    group.processes = stats.process_count();
    group.started_at = seconds_of(static_cast<double>(found->second->started_at()));
    groups.push_back(std::move(group));
  }
}

std::vector<Group> groups_of(const NodeUsage& node, const runtime::StatsResponse& stats,
                             const NodeRuntime::PodState& state) {
  std::map<std::string, const runtime::Sandbox*> sandboxes;
  std::map<std::string, const runtime::Container*> containers;
  for (const auto& sandbox : state.sandboxes) sandboxes[sandbox.id()] = &sandbox;
  for (const auto& container : state.containers) containers[container.id()] = &container;
  std::vector<Group> groups(1);
  groups.front().labels = labels_of("/", nullptr, nullptr);
  groups.front().cpu = &node.cpu;
  groups.front().memory = &node.memory;
  groups.front().started_at = seconds_of(static_cast<double>(node.started_at));
  for (const auto& pod : stats.sandboxes()) {
    const auto found = sandboxes.find(pod.id());
    if (found == sandboxes.end()) continue;
    const auto& parent = found->second->config().cgroup_parent();
    Group group;
    group.labels = labels_of(parent, &pod, nullptr);
    group.cpu = &pod.cpu();
    group.memory = &pod.memory();
    if (pod.network_timestamp() > 0) group.network = &pod;
    group.processes = pod.process_count();
    group.started_at = seconds_of(static_cast<double>(found->second->created_at()));
    groups.push_back(std::move(group));
    add_containers(pod, parent, containers, groups);
  }
  return groups;
}

// A container may have been made of an image's id; people know its tag.
void name_image(runtime::Container& container, const std::vector<runtime::Image>& images) {
  for (const auto& image : images)
    if (image.id() == container.image_id() && image.repo_tags_size() > 0)
      container.mutable_config()->set_image(image.repo_tags(0));
}

// One family: a name, and what each group has to say.
struct Family {
  const char* name;
  const char* help;
  const char* type;
  std::function<void(const Group&, const std::function<void(Labels, double)>&)> samples;
};

using Say = std::function<void(Labels, double)>;

Family memory_family(const char* name, const char* help,
                     std::uint64_t (runtime::MemoryStats::*figure)() const) {
  return {name, help, "gauge", [figure](const Group& group, const Say& say) {
            say({}, static_cast<double>((group.memory->*figure)()));
          }};
}

Family network_family(const char* name, const char* help,
                      std::uint64_t (runtime::NetworkInterfaceStats::*figure)() const) {
  return {name, help, "counter", [figure](const Group& group, const Say& say) {
            if (!group.network) return;
            for (const auto& interface : group.network->interfaces())
              say({{"interface", interface.name()}}, static_cast<double>((interface.*figure)()));
          }};
}

std::vector<Family> usage_families() {
  return {
      {"container_cpu_usage_seconds_total", "Cumulative cpu time consumed in seconds.", "counter",
       [](const Group& group, const Say& say) {
         say({{"cpu", "total"}},
             seconds_of(static_cast<double>(group.cpu->usage_core_nanoseconds())));
       }},
      {"container_fs_usage_bytes",
       "Number of bytes that are consumed by the container on this filesystem.", "gauge",
       [](const Group& group, const Say& say) {
         if (group.layer) say({{"device", ""}}, static_cast<double>(group.layer->used_bytes()));
       }},
      {"container_last_seen", "Last time a container was seen by the exporter", "gauge",
       [](const Group& group, const Say& say) {
         say({}, static_cast<double>(group.time_ms() / 1000));
       }},
      {"container_memory_failures_total", "Cumulative count of memory allocation failures.",
       "counter",
       [](const Group& group, const Say& say) {
         say({{"failure_type", "pgfault"}, {"scope", "container"}},
             static_cast<double>(group.memory->page_faults()));
         say({{"failure_type", "pgmajfault"}, {"scope", "container"}},
             static_cast<double>(group.memory->major_page_faults()));
       }},
      memory_family("container_memory_rss", "Size of RSS in bytes.",
                    &runtime::MemoryStats::rss_bytes),
      memory_family("container_memory_usage_bytes",
                    "Current memory usage in bytes, including all memory regardless of when it "
                    "was accessed",
                    &runtime::MemoryStats::usage_bytes),
      memory_family("container_memory_working_set_bytes", "Current working set in bytes.",
                    &runtime::MemoryStats::working_set_bytes),
  };
}

std::vector<Family> other_families() {
  using Interface = runtime::NetworkInterfaceStats;
  return {
      network_family("container_network_receive_bytes_total", "Cumulative count of bytes received",
                     &Interface::rx_bytes),
      network_family("container_network_receive_errors_total",
                     "Cumulative count of errors encountered while receiving",
                     &Interface::rx_errors),
      network_family("container_network_transmit_bytes_total",
                     "Cumulative count of bytes transmitted", &Interface::tx_bytes),
      network_family("container_network_transmit_errors_total",
                     "Cumulative count of errors encountered while transmitting",
                     &Interface::tx_errors),
      {"container_processes", "Number of processes running inside the container.", "gauge",
       [](const Group& group, const Say& say) {
         if (group.processes > 0) say({}, static_cast<double>(group.processes));
       }},
      {"container_start_time_seconds", "Start time of the container since unix epoch in seconds.",
       "gauge", [](const Group& group, const Say& say) { say({}, group.started_at); }},
  };
}

void print(const std::vector<Family>& families, const std::vector<Group>& groups, Page& page) {
  for (const auto& family : families) {
    page.family(family.name, family.help, family.type);
    for (const auto& group : groups)
      family.samples(group, [&](Labels more, double value) {
        more.insert(more.end(), group.labels.begin(), group.labels.end());
        page.sample(more, value, {.time_ms = group.time_ms()});
      });
  }
}

}  // namespace

std::string cadvisor_metrics(const Machine& machine, const NodeUsage& node,
                             const runtime::StatsResponse& stats,
                             const NodeRuntime::PodState& state,
                             const std::vector<runtime::Image>& images) {
  Page page;
  auto named = state;
  for (auto& container : named.containers) name_image(container, images);
  const auto groups = groups_of(node, stats, named);
  print(usage_families(), groups, page);
  print(other_families(), groups, page);
  const Labels labels = {{"boot_id", machine.boot_id},
                         {"machine_id", machine.machine_id},
                         {"system_uuid", machine.system_uuid}};
  page.family("machine_cpu_cores", "Number of logical CPU cores.", "gauge");
  page.sample(labels, machine.cpus);
  page.family("machine_memory_bytes", "Amount of memory installed on the machine.", "gauge");
  page.sample(labels, static_cast<double>(machine.memory_bytes));
  return page.text();
}

}  // namespace kubus::kubelet
