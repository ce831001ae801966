#include "machine.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <sys/statvfs.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "kubus/api/quantity.h"

namespace kubus::kubelet {
namespace {

std::string first_line(const char* path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

std::string os_name() {
  std::ifstream file("/etc/os-release");
  const std::string key = "PRETTY_NAME=";
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(key)) continue;
    line = line.substr(key.size());
    std::erase(line, '"');
    return line;
  }
  return "Linux";
}

std::string go_architecture(const std::string& machine) {
  if (machine == "x86_64") return "amd64";
  if (machine == "aarch64") return "arm64";
  return machine;
}

std::vector<std::string> hugepage_sizes() {
  std::vector<std::string> sizes;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/sys/kernel/mm/hugepages", error)) {
    const std::string name = entry.path().filename();  // "hugepages-2048kB"
    const auto kilobytes = std::strtoll(name.c_str() + name.find('-') + 1, nullptr, 10);
    sizes.push_back(
        QuantityValue::from_int(kilobytes * 1024, QuantityFormat::kBinarySi).to_string());
  }
  return sizes;
}

}  // namespace

Machine read_machine(const std::string& state_dir) {
  Machine machine;
  machine.cpus = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  struct sysinfo info {};
  if (::sysinfo(&info) == 0)
    machine.memory_bytes = static_cast<std::int64_t>(info.totalram) * info.mem_unit;
  machine.hugepage_sizes = hugepage_sizes();
  struct statvfs disk {};
  if (::statvfs(state_dir.c_str(), &disk) == 0)
    machine.disk_bytes = static_cast<std::int64_t>(disk.f_blocks * disk.f_frsize);
  machine.machine_id = first_line("/etc/machine-id");
  machine.system_uuid = first_line("/sys/class/dmi/id/product_uuid");
  if (machine.system_uuid.empty()) machine.system_uuid = machine.machine_id;
  machine.boot_id = first_line("/proc/sys/kernel/random/boot_id");
  struct utsname names {};
  if (::uname(&names) == 0) {
    machine.kernel_version = names.release;
    machine.architecture = go_architecture(names.machine);
    machine.hostname = names.nodename;
    std::transform(machine.hostname.begin(), machine.hostname.end(), machine.hostname.begin(),
                   [](unsigned char c) { return std::tolower(c); });
  }
  machine.os_image = os_name();
  return machine;
}

Result<std::string> first_address() {
  ifaddrs* all = nullptr;
  if (::getifaddrs(&all) != 0) return Status(Code::kInternalError, "cannot read addresses");
  std::string found;
  for (const ifaddrs* one = all; one && found.empty(); one = one->ifa_next) {
    if (!one->ifa_addr || one->ifa_addr->sa_family != AF_INET) continue;
    if ((one->ifa_flags & IFF_LOOPBACK) || !(one->ifa_flags & IFF_UP)) continue;
    char text[INET_ADDRSTRLEN];
    const auto* address = reinterpret_cast<const sockaddr_in*>(one->ifa_addr);
    if (::inet_ntop(AF_INET, &address->sin_addr, text, sizeof text)) found = text;
  }
  ::freeifaddrs(all);
  if (found.empty()) return Status(Code::kNotFound, "no interface has an address; set node_ip");
  return found;
}

}  // namespace kubus::kubelet
