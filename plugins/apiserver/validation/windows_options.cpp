// What containers are on Windows.
#include <k8s/core/v1/container.pb.h>
#include <k8s/core/v1/pod_spec.pb.h>
#include <k8s/core/v1/security.pb.h>

#include <algorithm>

#include "validation/checks.h"
#include "validation/pod_spec.h"

namespace kubus::apiserver {
namespace {

using Options = core_v1::WindowsSecurityContextOptions;

constexpr std::size_t kLargestCredentialSpec = 64 * 1024;
constexpr std::size_t kDomainBytes = 256;
constexpr std::size_t kUserBytes = 104;
constexpr std::string_view kNotInUser = "\"/\\:;|=,+*?<>@[]";

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f;
}

// Up to 15 characters, of which the first one is no dot.
bool is_netbios_name(std::string_view text) {
  if (text.empty() || text.front() == '.') return false;
  if (text.find_first_of("\\/:*?\"<>|") != std::string_view::npos) return false;
  constexpr std::ptrdiff_t kMost = 15;
  return std::count_if(text.begin(), text.end(), [](char c) {
           return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
         }) <= kMost;
}

bool is_domain_label(std::string_view text) {
  constexpr std::size_t kMost = 63;
  const auto is_alphanumeric = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  };
  return !text.empty() && text.size() <= kMost && is_alphanumeric(text.front()) &&
         is_alphanumeric(text.back()) && std::all_of(text.begin(), text.end(), [&](char c) {
           return c == '-' || is_alphanumeric(c);
         });
}

bool is_domain(std::string_view text) {
  for (;;) {
    const auto dot = text.find('.');
    if (!is_domain_label(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

// "user" or "domain\user".
void check_user_name(const std::string& name, const Path& path, ErrorList& errors) {
  const auto wrong = [&](const std::string& detail) {
    errors.invalid(path, name, "runAsUserName" + detail);
  };
  if (name.empty()) return wrong(" cannot be an empty string");
  if (std::any_of(name.begin(), name.end(), is_control))
    return wrong(" cannot contain control characters");
  if (std::count(name.begin(), name.end(), '\\') > 1)
    return wrong(" cannot contain more than one backslash");
  const std::string_view text = name;
  const auto slash = text.find('\\');
  const auto user = slash == std::string_view::npos ? text : text.substr(slash + 1);
  if (slash != std::string_view::npos) {
    const auto domain = text.substr(0, slash);
    if (domain.size() >= kDomainBytes)
      wrong("'s Domain length must be under " + std::to_string(kDomainBytes) + " characters");
    if (!is_netbios_name(domain) && !is_domain(domain))
      wrong("'s Domain doesn't match the NetBIOS nor the DNS format");
  }
  if (user.empty()) {
    wrong("'s User cannot be empty");
  } else if (user.size() > kUserBytes) {
    wrong("'s User length must not be longer than " + std::to_string(kUserBytes) + " characters");
  }
  if (user.find_first_of(kNotInUser) != std::string_view::npos)
    wrong("'s User cannot contain the following characters: " + std::string(kNotInUser));
  if (!user.empty() && user.find_first_not_of(". ") == std::string_view::npos)
    wrong("'s User cannot contain only periods or spaces");
}

// What of the host's processes its containers are.
struct HostProcesses {
  int containers = 0, of_host = 0;
};

template <class Containers>
void count_host_processes(const Containers& containers, const Options& pod, const Path& path,
                          HostProcesses& counts, ErrorList& errors) {
  for (int i = 0; i < containers.size(); ++i) {
    const auto& options = containers[i].securitycontext().windowsoptions();
    ++counts.containers;
    if (pod.has_hostprocess() && options.has_hostprocess() &&
        pod.hostprocess() != options.hostprocess())
      errors.invalid_json(
          path.index(i).child("securityContext").child("windowsOptions").child("hostProcess"),
          options.hostprocess() ? "true" : "false",
          std::string("pod hostProcess value must be identical if both are specified, was ") +
              (pod.hostprocess() ? "true" : "false"));
    if (options.has_hostprocess() ? options.hostprocess() : pod.hostprocess()) ++counts.of_host;
  }
}

}  // namespace

void check_windows_options(const Options& options, const Path& path, ErrorList& errors) {
  if (options.has_gmsacredentialspecname()) {
    const std::string& name = options.gmsacredentialspecname();
    errors.invalid_each(path.child("gmsaCredentialSpecName"), name, check_dns1123_subdomain(name));
  }
  if (options.has_gmsacredentialspec() && options.gmsacredentialspec().empty()) {
    errors.invalid(path.child("gmsaCredentialSpec"), "",
                   "gmsaCredentialSpec cannot be an empty string");
  } else if (options.gmsacredentialspec().size() > kLargestCredentialSpec) {
    errors.invalid(path.child("gmsaCredentialSpec"), options.gmsacredentialspec(),
                   "gmsaCredentialSpec size must be under 64 KiB");
  }
  if (options.has_runasusername())
    check_user_name(options.runasusername(), path.child("runAsUserName"), errors);
}

void check_host_processes(const core_v1::PodSpec& spec, const Path& path, ErrorList& errors) {
  const auto& pod = spec.securitycontext().windowsoptions();
  HostProcesses counts;
  count_host_processes(spec.initcontainers(), pod, path.child("initContainers"), counts, errors);
  count_host_processes(spec.containers(), pod, path.child("containers"), counts, errors);
  for (const auto& container : spec.ephemeralcontainers()) {
    const auto& options =
        container.ephemeralcontainercommon().securitycontext().windowsoptions();
    ++counts.containers;
    if (options.has_hostprocess() ? options.hostprocess() : pod.hostprocess()) ++counts.of_host;
  }
  if (counts.of_host == 0) return;
  if (counts.of_host != counts.containers)
    errors.invalid(path, "",
                   "If pod contains any hostProcess containers then all containers must be "
                   "HostProcess containers");
  if (!spec.hostnetwork())
    errors.invalid_json(path.child("hostNetwork"), "false",
                        "hostNetwork must be true if pod contains any hostProcess containers");
}

}  // namespace kubus::apiserver
