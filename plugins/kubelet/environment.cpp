#include "environment.h"

#include <k8s/core/v1/config_map.pb.h>
#include <k8s/core/v1/secret.pb.h>
#include <k8s/core/v1/service.pb.h>

#include <algorithm>

namespace kubus::kubelet {
namespace {

class Builder {
 public:
  void set(const std::string& name, std::string value) {
    auto it = values_.find(name);
    if (it == values_.end()) order_.push_back(name);
    values_[name] = std::move(value);
  }
  const std::map<std::string, std::string>& values() const { return values_; }
  Environment take() const {
    Environment out;
    for (const std::string& name : order_) out.emplace_back(name, values_.at(name));
    return out;
  }

 private:
  std::vector<std::string> order_;
  std::map<std::string, std::string> values_;
};

std::string variable_name(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return c == '-' ? '_' : std::toupper(c); });
  return text;
}

// The variables of the docker links that Kubernetes still sets.
void add_service(const core_v1::Service& service, Builder& out) {
  const std::string& ip = service.spec().clusterip();
  if (ip.empty() || ip == "None" || service.spec().ports().empty()) return;
  const std::string prefix = variable_name(service.metadata().name());
  const std::string first = std::to_string(service.spec().ports(0).port());
  out.set(prefix + "_SERVICE_HOST", ip);
  out.set(prefix + "_SERVICE_PORT", first);
  for (const auto& port : service.spec().ports())
    if (!port.name().empty())
      out.set(prefix + "_SERVICE_PORT_" + variable_name(port.name()), std::to_string(port.port()));
  bool default_done = false;
  for (const auto& port : service.spec().ports()) {
    std::string protocol = port.protocol().empty() ? "TCP" : port.protocol();
    std::string lower = protocol;
    std::transform(lower.begin(), lower.end(), lower.begin(), ::tolower);
    const std::string number = std::to_string(port.port());
    const std::string url = lower + "://" + ip + ":" + number;
    if (!std::exchange(default_done, true)) out.set(prefix + "_PORT", url);
    const std::string key = prefix + "_PORT_" + number + "_" + protocol;
    out.set(key, url);
    out.set(key + "_PROTO", lower);
    out.set(key + "_PORT", number);
    out.set(key + "_ADDR", ip);
  }
}

void add_services(const core_v1::Pod& pod, const ObjectSource& source, Builder& out) {
  const std::string& ns = pod.metadata().namespace_();
  for (const auto& service : source.services("default"))
    if (service->metadata().name() == "kubernetes") add_service(*service, out);
  if (pod.spec().has_enableservicelinks() && !pod.spec().enableservicelinks()) return;
  auto services = source.services(ns);
  std::sort(services.begin(), services.end(), [](const auto& a, const auto& b) {
    return a->metadata().name() < b->metadata().name();
  });
  for (const auto& service : services) add_service(*service, out);
}

Status add_from(const core_v1::Pod& pod, const core_v1::EnvFromSource& from,
                const ObjectSource& source, Builder& out) {
  const std::string& ns = pod.metadata().namespace_();
  if (from.has_configmapref()) {
    auto map = source.config_map(ns, from.configmapref().localobjectreference().name());
    if (map.code() == Code::kNotFound && from.configmapref().optional()) return {};
    if (!map.ok()) return map.status();
    for (const auto& [key, value] : std::map((*map)->data().begin(), (*map)->data().end()))
      out.set(from.prefix() + key, value);
  }
  if (from.has_secretref()) {
    auto secret = source.secret(ns, from.secretref().localobjectreference().name());
    if (secret.code() == Code::kNotFound && from.secretref().optional()) return {};
    if (!secret.ok()) return secret.status();
    for (const auto& [key, value] : std::map((*secret)->data().begin(), (*secret)->data().end()))
      out.set(from.prefix() + key, value);
  }
  return {};
}

// Unset: an optional reference to what is not there; the variable is left out.
Result<std::optional<std::string>> value_from(const core_v1::Pod& pod,
                                              const core_v1::Container& container,
                                              const core_v1::EnvVarSource& from,
                                              const ObjectSource& source, const NodeFacts& facts) {
  using Value = std::optional<std::string>;
  const std::string& ns = pod.metadata().namespace_();
  const auto missing = [](const char* kind, const std::string& key, const std::string& name) {
    return Status(Code::kInvalid, "couldn't find key " + key + " in " + kind + " " + name);
  };
  if (from.has_fieldref()) {
    auto value = field_value(pod, from.fieldref().fieldpath(), facts);
    if (!value.ok()) return value.status();
    return Value(std::move(*value));
  }
  if (from.has_resourcefieldref()) {
    auto value = resource_value(pod, container, from.resourcefieldref(), facts);
    if (!value.ok()) return value.status();
    return Value(std::move(*value));
  }
  if (from.has_configmapkeyref()) {
    const auto& ref = from.configmapkeyref();
    const std::string& name = ref.localobjectreference().name();
    auto map = source.config_map(ns, name);
    if (map.code() == Code::kNotFound && ref.optional()) return Value();
    if (!map.ok()) return map.status();
    auto it = (*map)->data().find(ref.key());
    if (it != (*map)->data().end()) return Value(it->second);
    if (ref.optional()) return Value();
    return missing("ConfigMap", ref.key(), ns + "/" + name);
  }
  if (from.has_secretkeyref()) {
    const auto& ref = from.secretkeyref();
    const std::string& name = ref.localobjectreference().name();
    auto secret = source.secret(ns, name);
    if (secret.code() == Code::kNotFound && ref.optional()) return Value();
    if (!secret.ok()) return secret.status();
    auto it = (*secret)->data().find(ref.key());
    if (it != (*secret)->data().end()) return Value(it->second);
    if (ref.optional()) return Value();
    return missing("Secret", ref.key(), ns + "/" + name);
  }
  return Status(Code::kInvalid, "environment variable source is not supported");
}

}  // namespace

std::string expand(std::string_view text, const std::map<std::string, std::string>& values) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '$' || i + 1 >= text.size()) {
      out += text[i];
      continue;
    }
    if (text[i + 1] == '$') {
      out += '$';
      ++i;
      continue;
    }
    const auto end = text[i + 1] == '(' ? text.find(')', i) : std::string_view::npos;
    if (end == std::string_view::npos) {
      out += text[i];
      continue;
    }
    const std::string name(text.substr(i + 2, end - i - 2));
    auto it = values.find(name);
    out += it != values.end() ? it->second : std::string(text.substr(i, end - i + 1));
    i = end;
  }
  return out;
}

Result<Environment> make_environment(const core_v1::Pod& pod, const core_v1::Container& container,
                                     const ObjectSource& source, const NodeFacts& facts) {
  Builder builder;
  add_services(pod, source, builder);
  for (const auto& from : container.envfrom()) KUBUS_TRY(add_from(pod, from, source, builder));
  for (const auto& variable : container.env()) {
    if (!variable.has_valuefrom()) {
      builder.set(variable.name(), expand(variable.value(), builder.values()));
      continue;
    }
    auto value = value_from(pod, container, variable.valuefrom(), source, facts);
    if (!value.ok()) return value.status();
    if (*value) builder.set(variable.name(), std::move(**value));
  }
  return builder.take();
}

}  // namespace kubus::kubelet
