#include "stats_summary.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "kubus/api/json_value.h"
#include "kubus/api/time.h"
#include "node_usage.h"

namespace kubus::kubelet {
namespace json = boost::json;

namespace {

std::string time_text(std::int64_t nanoseconds) {
  return format_time(SystemTime(std::chrono::nanoseconds(nanoseconds)));
}

json::object cpu_json(const runtime::CpuStats& cpu) {
  return {{"time", time_text(cpu.timestamp())},
          {"usageCoreNanoSeconds", cpu.usage_core_nanoseconds()}};
}

json::object memory_json(const runtime::MemoryStats& memory) {
  json::object out = {{"time", time_text(memory.timestamp())}};
  if (memory.available_bytes() > 0) out["availableBytes"] = memory.available_bytes();
  out["usageBytes"] = memory.usage_bytes();
  out["workingSetBytes"] = memory.working_set_bytes();
  out["rssBytes"] = memory.rss_bytes();
  out["pageFaults"] = memory.page_faults();
  out["majorPageFaults"] = memory.major_page_faults();
  return out;
}

json::object layer_json(const runtime::FilesystemStats& layer) {
  json::object out = {{"time", time_text(layer.timestamp())}};
  // Without a capacity the runtime does not know of the file system.
  if (layer.capacity_bytes() > 0) {
    out["availableBytes"] = layer.available_bytes();
    out["capacityBytes"] = layer.capacity_bytes();
  }
  out["usedBytes"] = layer.used_bytes();
  out["inodesUsed"] = layer.inodes_used();
  return out;
}

void add_interface(const runtime::NetworkInterfaceStats& stats, json::object& out) {
  out["name"] = stats.name();
  out["rxBytes"] = stats.rx_bytes();
  out["rxErrors"] = stats.rx_errors();
  out["txBytes"] = stats.tx_bytes();
  out["txErrors"] = stats.tx_errors();
}

json::object network_json(const runtime::SandboxStats& stats) {
  json::object out = {{"time", time_text(stats.network_timestamp())}};
  json::array interfaces;
  for (const auto& interface : stats.interfaces()) {
    json::object each;
    add_interface(interface, each);
    interfaces.push_back(std::move(each));
  }
  if (stats.interfaces_size() > 0) add_interface(stats.interfaces(0), out);
  out["interfaces"] = std::move(interfaces);
  return out;
}

json::object pod_json(const runtime::SandboxStats& stats, const core_v1::Pod* pod) {
  json::object out = {{"podRef",
                       {{"name", stats.pod_name()},
                        {"namespace", stats.pod_namespace()},
                        {"uid", stats.pod_uid()}}}};
  if (pod && pod->status().has_starttime())
    out["startTime"] = format_time(to_time(pod->status().starttime()));
  json::array containers;
  for (const auto& container : stats.containers()) {
    json::object each = {{"name", container.name()}};
    if (const auto since = pod ? start_time(*pod, container.name()) : std::nullopt)
      each["startTime"] = format_time(*since);
    each["cpu"] = cpu_json(container.cpu());
    each["memory"] = memory_json(container.memory());
    each["rootfs"] = layer_json(container.writable_layer());
    containers.push_back(std::move(each));
  }
  out["containers"] = std::move(containers);
  out["cpu"] = cpu_json(stats.cpu());
  out["memory"] = memory_json(stats.memory());
  if (stats.network_timestamp() > 0) out["network"] = network_json(stats);
  out["process_stats"] = json::object{{"process_count", stats.process_count()}};
  return out;
}

}  // namespace

std::optional<SystemTime> start_time(const core_v1::Pod& pod, const std::string& container) {
  const auto& status = pod.status();
  for (const auto* list : {&status.containerstatuses(), &status.initcontainerstatuses(),
                           &status.ephemeralcontainerstatuses()})
    for (const auto& each : *list)
      if (each.name() == container && each.state().has_running())
        return to_time(each.state().running().startedat());
  return std::nullopt;
}

std::string stats_summary(const std::string& node_name, const runtime::StatsResponse& stats,
                          const std::vector<PodPtr>& pods) {
  const auto usage = read_node_usage();
  const auto find = [&](const std::string& uid) -> const core_v1::Pod* {
    for (const auto& pod : pods)
      if (pod->metadata().uid() == uid) return pod.get();
    return nullptr;
  };
  json::array all;
  for (const auto& sandbox : stats.sandboxes())
    all.push_back(pod_json(sandbox, find(sandbox.pod_uid())));
  json::object node = {{"nodeName", node_name},
                       {"startTime", time_text(usage.started_at)},
                       {"cpu", cpu_json(usage.cpu)},
                       {"memory", memory_json(usage.memory)}};
  std::string out;
  append_json(json::object{{"node", std::move(node)}, {"pods", std::move(all)}}, out, false);
  return out;
}

}  // namespace kubus::kubelet
