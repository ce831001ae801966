#include "capabilities.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string_view>

#include "files.h"

namespace kubus::runtime_oci {
namespace {

// By number, as the kernel counts them.
constexpr std::array<std::string_view, 41> kNames = {"CHOWN",
                                                     "DAC_OVERRIDE",
                                                     "DAC_READ_SEARCH",
                                                     "FOWNER",
                                                     "FSETID",
                                                     "KILL",
                                                     "SETGID",
                                                     "SETUID",
                                                     "SETPCAP",
                                                     "LINUX_IMMUTABLE",
                                                     "NET_BIND_SERVICE",
                                                     "NET_BROADCAST",
                                                     "NET_ADMIN",
                                                     "NET_RAW",
                                                     "IPC_LOCK",
                                                     "IPC_OWNER",
                                                     "SYS_MODULE",
                                                     "SYS_RAWIO",
                                                     "SYS_CHROOT",
                                                     "SYS_PTRACE",
                                                     "SYS_PACCT",
                                                     "SYS_ADMIN",
                                                     "SYS_BOOT",
                                                     "SYS_NICE",
                                                     "SYS_RESOURCE",
                                                     "SYS_TIME",
                                                     "SYS_TTY_CONFIG",
                                                     "MKNOD",
                                                     "LEASE",
                                                     "AUDIT_WRITE",
                                                     "AUDIT_CONTROL",
                                                     "SETFCAP",
                                                     "MAC_OVERRIDE",
                                                     "MAC_ADMIN",
                                                     "SYSLOG",
                                                     "WAKE_ALARM",
                                                     "BLOCK_SUSPEND",
                                                     "AUDIT_READ",
                                                     "PERFMON",
                                                     "BPF",
                                                     "CHECKPOINT_RESTORE"};

constexpr std::array<std::string_view, 14> kUsual = {
    "AUDIT_WRITE",      "CHOWN",   "DAC_OVERRIDE", "FOWNER", "FSETID",  "KILL",   "MKNOD",
    "NET_BIND_SERVICE", "NET_RAW", "SETFCAP",      "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"};

// What this process may hand on; on a confined machine that is not everything.
std::uint64_t permitted() {
  const auto text = read_file("/proc/self/status", 1 << 16);
  const auto at = text.ok() ? text->find("CapPrm:") : std::string::npos;
  return at == std::string::npos ? ~std::uint64_t{0}
                                 : std::strtoull(text->c_str() + at + 7, nullptr, 16);
}

Result<std::set<std::string>> named(const std::string& text) {
  std::string name = text;
  std::transform(name.begin(), name.end(), name.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  if (name.starts_with("CAP_")) name.erase(0, 4);
  if (name == "ALL") return all_capabilities();
  if (std::find(kNames.begin(), kNames.end(), name) == kNames.end())
    return Status(Code::kInvalid, "unknown capability \"" + text + "\"");
  return std::set<std::string>{"CAP_" + name};
}

}  // namespace

std::set<std::string> all_capabilities() {
  const auto last = read_number("/proc/sys/kernel/cap_last_cap", kNames.size() - 1);
  const auto have = permitted();
  std::set<std::string> result;
  for (std::size_t i = 0; i < kNames.size() && i <= last; ++i)
    if (have >> i & 1) result.insert("CAP_" + std::string(kNames[i]));
  return result;
}

Result<std::set<std::string>> container_capabilities(const runtime::SecurityContext& context) {
  if (context.privileged()) return all_capabilities();
  std::set<std::string> result;
  for (const auto name : kUsual) result.insert("CAP_" + std::string(name));
  const auto is_all = [](const std::string& text) { return text == "ALL" || text == "all"; };
  const auto& list = context.capabilities();
  // "ALL" first on either side, so that single names refine it.
  if (std::any_of(list.add().begin(), list.add().end(), is_all)) result = all_capabilities();
  if (std::any_of(list.drop().begin(), list.drop().end(), is_all)) result.clear();
  for (const auto& text : list.add()) {
    const auto names = named(text);
    if (!names.ok()) return names.status();
    if (!is_all(text)) result.insert(names->begin(), names->end());
  }
  for (const auto& text : list.drop()) {
    const auto names = named(text);
    if (!names.ok()) return names.status();
    if (!is_all(text))
      for (const auto& name : *names) result.erase(name);
  }
  return result;
}

}  // namespace kubus::runtime_oci
