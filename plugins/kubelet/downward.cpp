#include <charconv>

#include "environment.h"
#include "kubus/api/quantity.h"
#include "pod_model.h"

namespace kubus::kubelet {
namespace {

// "metadata.labels['a']" -> "a"; empty when `path` is not a subscript of `map`.
std::optional<std::string> subscript(const std::string& path, const std::string& map) {
  const std::string start = map + "['";
  if (!path.starts_with(start) || !path.ends_with("']")) return std::nullopt;
  return path.substr(start.size(), path.size() - start.size() - 2);
}

// As the reference writes maps into files: sorted, one key="value" a line.
template <class Map>
std::string format_map(const Map& map) {
  std::string out;
  for (const auto& [key, value] : std::map(map.begin(), map.end())) {
    if (!out.empty()) out += "\n";
    out += key + "=\"";
    for (const char c : value) {
      if (c == '"' || c == '\\') out += '\\';
      if (c == '\n')
        out += "\\n";
      else
        out += c;
    }
    out += "\"";
  }
  return out;
}

std::string join(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ",") + word;
  return out;
}

std::int64_t divided(std::int64_t value, std::int64_t divisor) {
  return (value + divisor - 1) / divisor;
}

}  // namespace

Result<std::string> field_value(const core_v1::Pod& pod, const std::string& path,
                                const NodeFacts& facts) {
  const auto& meta = pod.metadata();
  if (auto key = subscript(path, "metadata.labels")) {
    auto it = meta.labels().find(*key);
    return it == meta.labels().end() ? std::string() : it->second;
  }
  if (auto key = subscript(path, "metadata.annotations")) {
    auto it = meta.annotations().find(*key);
    return it == meta.annotations().end() ? std::string() : it->second;
  }
  if (path == "metadata.name") return meta.name();
  if (path == "metadata.namespace") return meta.namespace_();
  if (path == "metadata.uid") return meta.uid();
  if (path == "metadata.labels") return format_map(meta.labels());
  if (path == "metadata.annotations") return format_map(meta.annotations());
  if (path == "spec.nodeName") return facts.node_name;
  if (path == "spec.serviceAccountName") return pod.spec().serviceaccountname();
  if (path == "status.hostIP" || path == "status.hostIPs") return facts.host_ip;
  if (path == "status.podIP") return facts.pod_ips.empty() ? std::string() : facts.pod_ips.front();
  if (path == "status.podIPs") return join(facts.pod_ips);
  return Status(Code::kInvalid, "unsupported fieldPath: " + path);
}

Result<std::string> resource_value(const core_v1::Pod& pod, const core_v1::Container& container,
                                   const core_v1::ResourceFieldSelector& selector,
                                   const NodeFacts& facts) {
  const core_v1::Container* from = &container;
  if (!selector.containername().empty()) from = find_container(pod, selector.containername());
  if (!from) return Status(Code::kInvalid, "container " + selector.containername() + " not found");
  const std::string& path = selector.resource();
  const auto dot = path.find('.');
  if (dot == std::string::npos) return Status(Code::kInvalid, "unsupported resource: " + path);
  const bool limits = path.substr(0, dot) == "limits";
  const std::string name = path.substr(dot + 1);
  const auto& values = limits ? from->resources().limits() : from->resources().requests();
  QuantityValue value;
  if (auto it = values.find(name); it != values.end())
    value = QuantityValue::of(it->second);
  else if (limits && name == "cpu")
    value = QuantityValue::from_milli(facts.cpu_milli);
  else if (limits && name == "memory")
    value = QuantityValue::from_int(facts.memory_bytes);
  QuantityValue divisor =
      selector.has_divisor() ? QuantityValue::of(selector.divisor()) : QuantityValue::from_int(1);
  if (divisor.is_zero()) divisor = QuantityValue::from_int(1);
  if (name == "cpu") return std::to_string(divided(value.milli_value(), divisor.milli_value()));
  return std::to_string(divided(value.value(), divisor.value()));
}

}  // namespace kubus::kubelet
