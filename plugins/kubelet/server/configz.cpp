#include "configz.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "kubus/api/json_value.h"
#include "kubus/api/time.h"

namespace kubus::kubelet {

std::string kubelet_configuration(const Config& config, const std::string& log_dir) {
  namespace json = boost::json;
  json::array dns;
  for (const auto& server : config.list("cluster_dns")) dns.emplace_back(server);
  json::array sysctls;
  for (const auto& pattern : config.list("allowed_unsafe_sysctls")) sysctls.emplace_back(pattern);
  const json::object authentication = {
      {"x509", {{"clientCAFile", config.string("client_ca_file")}}},
      {"webhook", {{"enabled", false}}},
      {"anonymous", {{"enabled", false}}}};
  json::object settings = {
      {"enableServer", true},
      {"address", config.string("address")},
      {"port", config.integer("port")},
      {"authentication", authentication},
      {"clusterDomain", config.string("cluster_domain")},
      {"clusterDNS", dns},
      {"streamingConnectionIdleTimeout", "4h0m0s"},
      {"nodeStatusReportFrequency", format_duration(config.duration("status_interval"))},
      {"nodeLeaseDurationSeconds", 40},
      {"cgroupRoot", config.string("cgroup_root")},
      {"cgroupDriver", "cgroupfs"},
      {"maxPods", config.integer("max_pods")},
      {"podLogsDir", log_dir},
      {"containerLogMaxSize", config.string("container_log_max_size")},
      {"containerLogMaxFiles", config.integer("container_log_max_files")},
      {"containerLogMaxWorkers", 1},
      {"containerLogMonitorInterval",
       format_duration(config.duration("container_log_monitor_interval"))},
      {"kind", "KubeletConfiguration"},
      {"apiVersion", "kubelet.config.k8s.io/v1beta1"}};
  if (!sysctls.empty()) settings["allowedUnsafeSysctls"] = std::move(sysctls);
  std::string out;
  append_json(json::object{{"kubeletconfig", settings}}, out, false);
  return out;
}

}  // namespace kubus::kubelet
