#include <algorithm>
#include <fstream>
#include <sstream>

#include "container_config.h"
#include "kubus/api/quantity.h"
#include "kubus/sysctl.h"
#include "labels.h"

namespace kubus::kubelet {
namespace {

constexpr const char* kNodeResolvConf = "/etc/resolv.conf";

void append_lines(std::string& out, const char* key, const std::vector<std::string>& values) {
  for (const std::string& value : values) out += std::string(key) + " " + value + "\n";
}

std::string node_resolv_conf() {
  std::ifstream file(kNodeResolvConf);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string resolv_conf(const core_v1::Pod& pod, const PodPlace& place) {
  const std::string& policy = pod.spec().dnspolicy();
  std::string out;
  std::vector<std::string> searches;
  std::string options;
  const bool cluster_first =
      policy == "ClusterFirstWithHostNet" ||
      ((policy == "ClusterFirst" || policy.empty()) && !pod.spec().hostnetwork());
  if (policy == "None") {
    // Only what dnsConfig says.
  } else if (cluster_first && !place.cluster_dns.empty()) {
    append_lines(out, "nameserver", place.cluster_dns);
    const std::string& domain = place.cluster_domain;
    searches = {pod.metadata().namespace_() + ".svc." + domain, "svc." + domain, domain};
    options = " ndots:5";
  } else {
    out = node_resolv_conf();
  }
  const auto& extra = pod.spec().dnsconfig();
  for (const auto& server : extra.nameservers()) out += "nameserver " + server + "\n";
  searches.insert(searches.end(), extra.searches().begin(), extra.searches().end());
  for (const auto& option : extra.options())
    options += " " + option.name() + (option.has_value() ? ":" + option.value() : "");
  if (!searches.empty()) {
    out += "search";
    for (const std::string& search : searches) out += " " + search;
    out += "\n";
  }
  if (!options.empty()) out += "options" + options + "\n";
  return out;
}

void add_ports(const core_v1::Pod& pod, runtime::SandboxConfig& config) {
  for (const ContainerRef& container : containers_of(pod))
    for (const auto& port : container.spec->ports()) {
      auto& mapping = *config.add_port_mappings();
      mapping.set_protocol(port.protocol().empty() ? "TCP" : port.protocol());
      mapping.set_container_port(port.containerport());
      mapping.set_host_port(port.hostport());
      mapping.set_host_ip(port.hostip());
    }
}

void add_namespaces(const core_v1::Pod& pod, runtime::NamespaceOptions& out) {
  const auto& spec = pod.spec();
  out.set_network(spec.hostnetwork() ? runtime::NODE : runtime::POD);
  out.set_ipc(spec.hostipc() ? runtime::NODE : runtime::POD);
  out.set_pid(spec.hostpid()                 ? runtime::NODE
              : spec.shareprocessnamespace() ? runtime::POD
                                             : runtime::CONTAINER);
}

}  // namespace

std::string pod_hostname(const core_v1::Pod& pod) {
  if (!pod.spec().hostnameoverride().empty()) return pod.spec().hostnameoverride();
  if (!pod.spec().hostname().empty()) return pod.spec().hostname();
  std::string name = pod.metadata().name().substr(0, 63);
  while (!name.empty() && (name.back() == '-' || name.back() == '.')) name.pop_back();
  return name;
}

std::string hosts_file(const core_v1::Pod& pod, const std::vector<std::string>& pod_ips,
                       const std::string& cluster_domain) {
  std::string out =
      "# Kubernetes-managed hosts file.\n"
      "127.0.0.1\tlocalhost\n"
      "::1\tlocalhost ip6-localhost ip6-loopback\n"
      "fe00::0\tip6-localnet\n"
      "fe00::0\tip6-mcastprefix\n"
      "fe00::1\tip6-allnodes\n"
      "fe00::2\tip6-allrouters\n";
  const std::string hostname = pod_hostname(pod);
  for (const std::string& ip : pod_ips) {
    out += ip + "\t";
    if (!pod.spec().subdomain().empty() && pod.spec().hostnameoverride().empty())
      out += hostname + "." + pod.spec().subdomain() + "." + pod.metadata().namespace_() + ".svc." +
             cluster_domain + "\t";
    out += hostname + "\n";
  }
  if (pod.spec().hostaliases().empty()) return out;
  out += "\n# Entries added by HostAliases.\n";
  for (const auto& alias : pod.spec().hostaliases()) {
    out += alias.ip();
    for (const std::string& name : alias.hostnames()) out += "\t" + name;
    out += "\n";
  }
  return out;
}

std::string pod_cgroup(const core_v1::Pod& pod, const std::string& root) {
  const std::string qos = qos_class(pod);
  const std::string level = qos == "Guaranteed"  ? ""
                            : qos == "Burstable" ? "/burstable"
                                                 : "/besteffort";
  return root + level + "/pod" + pod.metadata().uid();
}

Result<runtime::SandboxConfig> sandbox_config(const core_v1::Pod& pod, const PodPlace& place,
                                              std::uint32_t attempt) {
  runtime::SandboxConfig config;
  const auto& meta = pod.metadata();
  config.set_pod_name(meta.name());
  config.set_pod_namespace(meta.namespace_());
  config.set_pod_uid(meta.uid());
  config.set_attempt(attempt);
  if (!pod.spec().hostnetwork()) config.set_hostname(pod_hostname(pod));
  config.set_resolv_conf(resolv_conf(pod, place));
  config.set_cgroup_parent(place.cgroup_parent);
  config.set_log_directory(place.log_dir);
  add_ports(pod, config);
  auto& labels = *config.mutable_labels();
  labels = {meta.labels().begin(), meta.labels().end()};
  labels[kPodName] = meta.name();
  labels[kPodNamespace] = meta.namespace_();
  labels[kPodUid] = meta.uid();
  add_namespaces(pod, *config.mutable_security()->mutable_namespaces());
  const auto& security = pod.spec().securitycontext();
  for (const auto& sysctl : security.sysctls())
    (*config.mutable_sysctls())[normal_sysctl_name(sysctl.name())] = sysctl.value();
  return config;
}

}  // namespace kubus::kubelet
