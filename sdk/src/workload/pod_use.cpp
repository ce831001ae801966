#include <k8s/core/v1/pod.pb.h>

#include <algorithm>

#include "kubus/api/quantity.h"
#include "kubus/placement.h"

namespace kubus {
namespace {

constexpr std::int64_t kPaddedCpu = 100;
constexpr std::int64_t kPaddedMemory = 200LL * 1024 * 1024;

bool is_sidecar(const core_v1::Container& container) {
  return container.restartpolicy() == "Always";
}

template <class Map>
Resources read(const Map& amounts) {
  Resources out;
  for (const auto& [name, amount] : amounts) out.set(name, amount);
  return out;
}

Resources request_of(const core_v1::Container& container, bool padded) {
  const auto& requests = container.resources().requests();
  Resources out = read(requests);
  if (padded && !requests.contains("cpu")) out.cpu = kPaddedCpu;
  if (padded && !requests.contains("memory")) out.memory = kPaddedMemory;
  return out;
}

bool set_for_whole_pod(const std::string& resource) {
  return resource == "cpu" || resource == "memory" || resource.starts_with("hugepages-");
}

Resources total(const core_v1::PodSpec& spec, bool padded) {
  Resources running;
  for (const auto& container : spec.containers()) running += request_of(container, padded);
  Resources sidecars, starting;
  for (const auto& container : spec.initcontainers()) {
    Resources step = request_of(container, padded);
    if (is_sidecar(container)) {
      running += step;
      sidecars += step;
      step = sidecars;
    } else {
      step += sidecars;
    }
    starting.raise_to(step);
  }
  running.raise_to(starting);
  for (const auto& [name, amount] : spec.resources().requests())
    if (set_for_whole_pod(name)) running.set(name, amount);
  return running += read(spec.overhead());
}

void add_ports(const core_v1::Container& container, std::vector<HostPort>& out) {
  for (const auto& port : container.ports()) {
    if (port.hostport() <= 0) continue;
    out.push_back({port.hostport(), port.protocol().empty() ? "TCP" : port.protocol(),
                   port.hostip().empty() ? "0.0.0.0" : port.hostip()});
  }
}

}  // namespace

Resources& Resources::operator+=(const Resources& other) {
  cpu += other.cpu;
  memory += other.memory;
  storage += other.storage;
  for (const auto& [name, amount] : other.extended) extended[name] += amount;
  return *this;
}

Resources& Resources::operator-=(const Resources& other) {
  cpu -= other.cpu;
  memory -= other.memory;
  storage -= other.storage;
  for (const auto& [name, amount] : other.extended)
    if ((extended[name] -= amount) == 0) extended.erase(name);
  return *this;
}

void Resources::raise_to(const Resources& other) {
  cpu = std::max(cpu, other.cpu);
  memory = std::max(memory, other.memory);
  storage = std::max(storage, other.storage);
  for (const auto& [name, amount] : other.extended)
    extended[name] = std::max(extended[name], amount);
}

bool Resources::is_zero() const {
  return cpu == 0 && memory == 0 && storage == 0 &&
         std::all_of(extended.begin(), extended.end(), [](const auto& e) { return e.second == 0; });
}

void Resources::set(const std::string& name, const Quantity& amount) {
  const QuantityValue value = QuantityValue::of(amount);
  if (name == "cpu") {
    cpu = value.milli_value();
  } else if (name == "memory") {
    memory = value.value();
  } else if (name == "ephemeral-storage") {
    storage = value.value();
  } else if (name != "pods") {
    extended[name] = value.value();
  }
}

bool HostPort::conflicts(const HostPort& other) const {
  return port == other.port && protocol == other.protocol &&
         (ip == other.ip || ip == "0.0.0.0" || other.ip == "0.0.0.0");
}

PodUse use_of(const core_v1::Pod& pod) {
  PodUse use{total(pod.spec(), false), total(pod.spec(), true), {}, pod.spec().priority()};
  for (const auto& container : pod.spec().containers()) add_ports(container, use.ports);
  for (const auto& container : pod.spec().initcontainers())
    if (is_sidecar(container)) add_ports(container, use.ports);
  return use;
}

}  // namespace kubus
