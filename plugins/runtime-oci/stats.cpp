#include "stats.h"

#include <sys/stat.h>
#include <sys/statvfs.h>

#include <filesystem>
#include <sstream>

namespace kubus::runtime_oci {
namespace {

struct Usage {
  std::uint64_t bytes = 0;
  std::uint64_t inodes = 0;
};

Usage usage_below(const std::string& directory) {
  Usage usage;
  std::error_code error;
  using std::filesystem::directory_options;
  std::filesystem::recursive_directory_iterator at(
      directory, directory_options::skip_permission_denied, error);
  for (; !error && at != std::filesystem::recursive_directory_iterator(); at.increment(error)) {
    struct stat info {};
    if (::lstat(at->path().c_str(), &info) < 0) continue;
    usage.bytes += static_cast<std::uint64_t>(info.st_blocks) * 512;
    ++usage.inodes;
  }
  return usage;
}

void fill(const CgroupUsage& usage, runtime::CpuStats& cpu, runtime::MemoryStats& memory) {
  const auto now = now_ns();
  cpu.set_timestamp(now);
  cpu.set_usage_core_nanoseconds(usage.cpu_ns);
  const auto working = usage.memory > usage.inactive_file ? usage.memory - usage.inactive_file : 0;
  memory.set_timestamp(now);
  memory.set_usage_bytes(usage.memory);
  memory.set_working_set_bytes(working);
  memory.set_rss_bytes(usage.rss);
  memory.set_page_faults(usage.page_faults);
  memory.set_major_page_faults(usage.major_page_faults);
  if (usage.memory_limit > working) memory.set_available_bytes(usage.memory_limit - working);
}

void fill_capacity(const std::string& path, runtime::FilesystemStats& stats) {
  struct statvfs info {};
  stats.set_timestamp(now_ns());
  stats.set_mountpoint(path);
  if (::statvfs(path.c_str(), &info) < 0) return;
  stats.set_capacity_bytes(std::uint64_t{info.f_blocks} * info.f_frsize);
  stats.set_available_bytes(std::uint64_t{info.f_bavail} * info.f_frsize);
}

runtime::FilesystemStats writable_layer(const Node& node, const std::string& id) {
  runtime::FilesystemStats stats;
  const auto usage = usage_below(node.settings.container(id) + "/upper");
  fill_capacity(node.settings.state_dir, stats);
  stats.set_used_bytes(usage.bytes);
  stats.set_inodes_used(usage.inodes);
  return stats;
}

}  // namespace

std::vector<runtime::NetworkInterfaceStats> parse_net_dev(const std::string& text) {
  std::vector<runtime::NetworkInterfaceStats> result;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const auto colon = line.find(':');
    if (colon == std::string::npos) continue;
    const auto begin = line.find_first_not_of(' ');
    const auto name = line.substr(begin, colon - begin);
    if (name == "lo") continue;
    std::istringstream numbers(line.substr(colon + 1));
    std::uint64_t field[16] = {};
    for (auto& value : field) numbers >> value;
    runtime::NetworkInterfaceStats item;
    item.set_name(name);
    item.set_rx_bytes(field[0]);
    item.set_rx_errors(field[2]);
    item.set_tx_bytes(field[8]);
    item.set_tx_errors(field[10]);
    result.push_back(std::move(item));
  }
  return result;
}

runtime::SandboxStats sandbox_stats(const Node& node, const runtime::Sandbox& sandbox,
                                    const std::vector<runtime::Container>& containers) {
  runtime::SandboxStats stats;
  const auto& config = sandbox.config();
  stats.set_id(sandbox.id());
  stats.set_pod_name(config.pod_name());
  stats.set_pod_namespace(config.pod_namespace());
  stats.set_pod_uid(config.pod_uid());
  const auto usage = node.cgroups.usage(config.cgroup_parent());
  fill(usage, *stats.mutable_cpu(), *stats.mutable_memory());
  stats.set_process_count(node.cgroups.processes(config.cgroup_parent()).size());
  if (sandbox.pid() > 0 && !sandbox.netns().empty()) {
    stats.set_network_timestamp(now_ns());
    const auto text = read_file("/proc/" + std::to_string(sandbox.pid()) + "/net/dev", 1 << 20);
    if (text.ok())
      for (auto& item : parse_net_dev(*text)) *stats.add_interfaces() = std::move(item);
  }
  for (const auto& container : containers) {
    if (container.state() != runtime::CONTAINER_RUNNING) continue;
    auto& item = *stats.add_containers();
    item.set_id(container.id());
    item.set_name(container.config().name());
    item.set_sandbox_id(sandbox.id());
    item.set_pod_uid(config.pod_uid());
    const auto cgroup = config.cgroup_parent() + "/" + container.id();
    const auto own = node.cgroups.usage(cgroup);
    fill(own, *item.mutable_cpu(), *item.mutable_memory());
    item.set_process_count(own.processes);
    *item.mutable_writable_layer() = writable_layer(node, container.id());
  }
  return stats;
}

runtime::ImageFsInfoResponse file_system_stats(const Node& node) {
  runtime::ImageFsInfoResponse response;
  auto& images = *response.mutable_images();
  fill_capacity(node.settings.state_dir, images);
  images.set_used_bytes(node.images->bytes());
  images.set_inodes_used(node.images->entries());
  auto& containers = *response.mutable_containers();
  fill_capacity(node.settings.state_dir, containers);
  Usage usage;
  for (const auto& entry : node.registry.containers()) {
    const auto one =
        usage_below(node.settings.container(node.registry.describe(entry).id()) + "/upper");
    usage.bytes += one.bytes;
    usage.inodes += one.inodes;
  }
  containers.set_used_bytes(usage.bytes);
  containers.set_inodes_used(usage.inodes);
  return response;
}

}  // namespace kubus::runtime_oci
