#include "services/address_object.h"

namespace kubus::apiserver {
namespace {

std::string label(const networking_v1::IPAddress& object, const char* key) {
  const auto& labels = object.metadata().labels();
  const auto found = labels.find(key);
  return found == labels.end() ? std::string() : found->second;
}

}  // namespace

const ResourceInfo& address_kind() {
  static const auto& kind = *find_resource("networking.k8s.io", "v1", "ipaddresses");
  return kind;
}

const ResourceInfo& range_kind() {
  static const auto& kind = *find_resource("networking.k8s.io", "v1", "servicecidrs");
  return kind;
}

const char* family_name(int family) { return family == 6 ? "IPv6" : "IPv4"; }

networking_v1::IPAddress address_object(const IpAddress& address, const std::string& service_ns,
                                        const std::string& service_name) {
  networking_v1::IPAddress object;
  object.mutable_metadata()->set_name(address.text());
  auto& labels = *object.mutable_metadata()->mutable_labels();
  labels[kAddressFamilyLabel] = family_name(address.family);
  labels[kAddressManagerLabel] = kAddressManager;
  auto& parent = *object.mutable_spec()->mutable_parentref();
  parent.set_resource("services");
  parent.set_namespace_(service_ns);
  parent.set_name(service_name);
  return object;
}

bool is_managed(const networking_v1::IPAddress& object) {
  return label(object, kAddressManagerLabel) == kAddressManager;
}

bool has_labels_of(const networking_v1::IPAddress& object, const IpAddress& address) {
  return is_managed(object) && label(object, kAddressFamilyLabel) == family_name(address.family);
}

std::string service_of(const networking_v1::IPAddress& object) {
  const auto& parent = object.spec().parentref();
  if (!parent.group().empty() || parent.resource() != "services") return {};
  return parent.namespace_() + "/" + parent.name();
}

}  // namespace kubus::apiserver
