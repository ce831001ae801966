#include "kubus/sysctl.h"

namespace kubus {

bool is_sysctl_name(std::string_view name) {
  if (name.size() > kLongestSysctl) return false;
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  bool begins = true;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    const bool ends = i + 1 == name.size() || name[i + 1] == '.' || name[i + 1] == '/';
    if (c == '.' || c == '/') {
      if (begins || ends) return false;
      begins = true;
      continue;
    }
    if (!plain(c) && ((c != '-' && c != '_') || begins || ends)) return false;
    begins = false;
  }
  return !begins;
}

std::string normal_sysctl_name(std::string name) {
  // Of both separators the first one tells which of them was meant.
  if (const auto first = name.find_first_of("./"); first != std::string::npos && name[first] == '/')
    for (char& c : name) c = c == '/' ? '.' : c == '.' ? '/' : c;
  return name;
}

SysctlScope sysctl_scope(std::string_view name) {
  if (name.starts_with("net.")) return SysctlScope::kNetwork;
  const bool of_ipc = name == "kernel.sem" || name.starts_with("kernel.shm") ||
                      name.starts_with("kernel.msg") || name.starts_with("fs.mqueue.");
  return of_ipc ? SysctlScope::kIpc : SysctlScope::kNone;
}

}  // namespace kubus
