#include "seccomp.h"

#include <sstream>
#include <string_view>
#include <vector>

// seccomp/default.txt, put into the program by the assembler.
asm(".pushsection .rodata\n"
    "kubus_oci_seccomp_begin:\n"
    ".incbin \"" KUBUS_OCI_SECCOMP_FILE
    "\"\n"
    "kubus_oci_seccomp_end:\n"
    ".popsection\n");
extern "C" {
extern const char table_begin[] asm("kubus_oci_seccomp_begin");
extern const char table_end[] asm("kubus_oci_seccomp_end");
}

namespace kubus::runtime_oci {
namespace {

struct Rule {
  std::string capability;  // empty: for everyone
  std::vector<std::string> names;
};

const std::vector<Rule>& rules() {
  static const std::vector<Rule> table = [] {
    std::vector<Rule> result;
    std::istringstream lines(std::string(table_begin, table_end));
    for (std::string line; std::getline(lines, line);) {
      if (line.empty() || line[0] == '#') continue;
      std::istringstream words(line);
      std::string word;
      if (line[0] != ' ') {
        words >> word;  // "allow"
        Rule rule;
        words >> rule.capability;
        result.push_back(std::move(rule));
      } else {
        while (words >> word) result.back().names.push_back(word);
      }
    }
    return result;
  }();
  return table;
}

std::string quoted_list(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "\"" : ",\"") + name + "\"";
  return "[" + text + "]";
}

std::string allow_if(std::string_view name, std::string_view argument) {
  return ",{\"names\":[\"" + std::string(name) + "\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":[" +
         std::string(argument) + "]}";
}

// Rules that look at an argument.
std::string argument_rules(bool may_make_namespaces) {
  std::string text;
  for (const char* persona : {"0", "8", "131072", "131080", "4294967295"})
    text += allow_if("personality",
                     "{\"index\":0,\"value\":" + std::string(persona) + ",\"op\":\"SCMP_CMP_EQ\"}");
  // Every family but vsock, which reaches the hypervisor.
  text += allow_if("socket", "{\"index\":0,\"value\":40,\"op\":\"SCMP_CMP_NE\"}");
  if (may_make_namespaces) return text;
  // clone without any of the flags that make a namespace; clone3 keeps its flags in memory, out of
  // sight, so it is absent as on an old kernel and libraries use clone instead.
  text += allow_if("clone",
                   "{\"index\":0,\"value\":2114060288,\"valueTwo\":0,"
                   "\"op\":\"SCMP_CMP_MASKED_EQ\"}");
  text += ",{\"names\":[\"clone3\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":38}";
  return text;
}

}  // namespace

std::string default_seccomp_profile(const std::set<std::string>& capabilities) {
  std::vector<std::string> allowed;
  for (const auto& rule : rules())
    if (rule.capability.empty() || capabilities.contains(rule.capability))
      allowed.insert(allowed.end(), rule.names.begin(), rule.names.end());
  std::string text = "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":1";
#if defined(__x86_64__)
  text += ",\"architectures\":[\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_X86\",\"SCMP_ARCH_X32\"]";
#elif defined(__aarch64__)
  text += ",\"architectures\":[\"SCMP_ARCH_AARCH64\",\"SCMP_ARCH_ARM\"]";
#endif
  text += ",\"syscalls\":[{\"names\":" + quoted_list(allowed) + ",\"action\":\"SCMP_ACT_ALLOW\"}";
  text += argument_rules(capabilities.contains("CAP_SYS_ADMIN"));
  return text + "]}";
}

}  // namespace kubus::runtime_oci
