#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "files.h"
#include "spec_parts.h"

namespace kubus::runtime_oci {
namespace {

namespace json = boost::json;

constexpr std::int64_t kDefaultPeriod = 100'000;

json::array masked_paths() {
  return {"/proc/acpi",        "/proc/asound",  "/proc/interrupts",
          "/proc/kcore",       "/proc/keys",    "/proc/latency_stats",
          "/proc/sched_debug", "/proc/scsi",    "/proc/timer_list",
          "/proc/timer_stats", "/sys/firmware", "/sys/devices/virtual/powercap"};
}

json::array readonly_paths() {
  return {"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"};
}

void join(json::array& list, std::string_view type, const char* file, pid_t holder) {
  list.push_back(
      json::object{{"type", type}, {"path", "/proc/" + std::to_string(holder) + "/ns/" + file}});
}

json::array namespaces(const SpecInput& input) {
  const auto& options = namespaces_of(input.config, input.sandbox);
  const bool node_network = input.sandbox.security().namespaces().network() == runtime::NODE;
  json::array list;
  list.push_back(json::object{{"type", "mount"}});
  if (!node_network) {
    join(list, "network", "net", input.holder);
    join(list, "uts", "uts", input.holder);
  }
  if (input.sandbox.security().namespaces().ipc() != runtime::NODE)
    join(list, "ipc", "ipc", input.holder);
  switch (options.pid()) {
    case runtime::CONTAINER:
      list.push_back(json::object{{"type", "pid"}});
      break;
    case runtime::POD:
      join(list, "pid", "pid", input.holder);
      break;
    case runtime::TARGET:
      join(list, "pid", "pid", input.target);
      break;
    default:
      break;
  }
  if (input.cgroup_v2 && !input.config.security().privileged())
    list.push_back(json::object{{"type", "cgroup"}});
  return list;
}

// A device node of the node, as the specification describes it.
Result<json::object> device(const std::string& host_path, const std::string& path) {
  struct stat info {};
  if (::stat(host_path.c_str(), &info) < 0) return errno_status("device " + host_path);
  if (!S_ISCHR(info.st_mode) && !S_ISBLK(info.st_mode))
    return Status(Code::kInvalid, host_path + " is not a device");
  return json::object{{"path", path},
                      {"type", S_ISCHR(info.st_mode) ? "c" : "b"},
                      {"major", major(info.st_rdev)},
                      {"minor", minor(info.st_rdev)},
                      {"fileMode", info.st_mode & 07777},
                      {"uid", info.st_uid},
                      {"gid", info.st_gid}};
}

// Every device of the node, for privileged containers; not what a container has of its own.
void add_node_devices(const std::string& directory, json::array& devices) {
  for (const auto& name : list_dir(directory)) {
    if (name == "pts" || name == "shm" || name == "fd" || name == "mqueue" || name == "console" ||
        name == ".udev" || name == ".lxc")
      continue;
    const auto path = directory + "/" + name;
    struct stat info {};
    if (::lstat(path.c_str(), &info) < 0) continue;
    if (S_ISDIR(info.st_mode)) {
      add_node_devices(path, devices);
    } else if (S_ISCHR(info.st_mode) || S_ISBLK(info.st_mode)) {
      if (auto made = device(path, path); made.ok()) devices.push_back(std::move(*made));
    }
  }
}

struct Devices {
  json::array nodes;
  json::array rules;
};

Result<Devices> devices(const SpecInput& input) {
  Devices result;
  if (input.config.security().privileged()) {
    add_node_devices("/dev", result.nodes);
    result.rules.push_back(json::object{{"allow", true}, {"access", "rwm"}});
    return result;
  }
  result.rules.push_back(json::object{{"allow", false}, {"access", "rwm"}});
  for (const auto& wanted : input.config.devices()) {
    auto node =
        device(wanted.host_path(),
               wanted.container_path().empty() ? wanted.host_path() : wanted.container_path());
    if (!node.ok()) return node.status();
    result.rules.push_back(
        json::object{{"allow", true},
                     {"type", node->at("type")},
                     {"major", node->at("major")},
                     {"minor", node->at("minor")},
                     {"access", wanted.permissions().empty() ? "rwm" : wanted.permissions()}});
    result.nodes.push_back(std::move(*node));
  }
  return result;
}

json::object resources(const SpecInput& input, json::array device_rules) {
  const auto& limits = input.config.resources();
  json::object result{{"devices", std::move(device_rules)}};
  if (limits.memory_limit() > 0) {
    json::object memory{{"limit", limits.memory_limit()}};
    if (input.counts_swap)
      memory["swap"] =
          limits.memory_swap_limit() > 0 ? limits.memory_swap_limit() : limits.memory_limit();
    result["memory"] = std::move(memory);
    // A container is one unit: the kernel ends it as a whole.
    if (input.cgroup_v2) result["unified"] = {{"memory.oom.group", "1"}};
  }
  json::object cpu;
  if (limits.cpu_shares() > 0) cpu["shares"] = limits.cpu_shares();
  if (limits.cpu_quota() > 0) {
    cpu["quota"] = limits.cpu_quota();
    cpu["period"] = limits.cpu_period() > 0 ? limits.cpu_period() : kDefaultPeriod;
  }
  if (!limits.cpuset_cpus().empty()) cpu["cpus"] = limits.cpuset_cpus();
  if (!limits.cpuset_mems().empty()) cpu["mems"] = limits.cpuset_mems();
  if (!cpu.empty()) result["cpu"] = std::move(cpu);
  if (limits.pids_limit() > 0) result["pids"] = {{"limit", limits.pids_limit()}};
  if (!limits.hugepage_limits().empty()) {
    std::map<std::string, std::uint64_t> sorted(limits.hugepage_limits().begin(),
                                                limits.hugepage_limits().end());
    json::array pages;
    for (const auto& [size, bytes] : sorted)
      pages.push_back(json::object{{"pageSize", size}, {"limit", bytes}});
    result["hugepageLimits"] = std::move(pages);
  }
  return result;
}

}  // namespace

Result<json::object> spec_linux(const SpecInput& input) {
  auto found = devices(input);
  if (!found.ok()) return found.status();
  json::object result{{"cgroupsPath", input.cgroup},
                      {"namespaces", namespaces(input)},
                      {"resources", resources(input, std::move(found->rules))}};
  if (!found->nodes.empty()) result["devices"] = std::move(found->nodes);
  const auto& context = input.config.security();
  if (!context.privileged() && !context.unmasked()) {
    result["maskedPaths"] = masked_paths();
    result["readonlyPaths"] = readonly_paths();
  }
  if (!input.seccomp.empty()) {
    json::error_code error;
    auto profile = json::parse(input.seccomp, error);
    if (error) return Status(Code::kInvalid, "seccomp profile: " + error.message());
    result["seccomp"] = std::move(profile);
  }
  if (const auto propagation = spec_root_propagation(input); propagation != "private")
    result["rootfsPropagation"] = propagation;
  return result;
}

}  // namespace kubus::runtime_oci
