#include "affinity.h"

#include <cstdio>

namespace kubus::proxy_nftables {
namespace {

std::string digest(const std::string& text) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const unsigned char byte : text) hash = (hash ^ byte) * 0x100000001b3u;
  char out[17];
  std::snprintf(out, sizeof out, "%016llx", static_cast<unsigned long long>(hash));
  return out;
}

std::string destination(const Target& target) {
  const std::string host =
      family_of(target.address) == Family::kIpv4 ? target.address : "[" + target.address + "]";
  return host + ":" + std::to_string(target.port);
}

}  // namespace

std::string add_affinity_chain(Fragment& fragment, const TableOptions& options,
                               const Service& service, const ServicePort& port,
                               const std::vector<Target>& targets, const char* suffix) {
  const std::string id = service.key + "|" + port.name + "|" + port.protocol;
  const std::string word = family_word(options.family);
  const char* type = options.family == Family::kIpv4 ? "ipv4_addr" : "ipv6_addr";
  const std::string timeout = std::to_string(service.affinity_seconds) + "s";
  std::string known, fresh;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const std::string tag = digest(id + "|" + targets[i].value());
    const std::string clients = "clients-" + tag, chain = "endpoint-" + tag;
    fragment.sets[clients] = std::string("type ") + type + "; flags dynamic,timeout; timeout " +
                             timeout + "; size 65535;";
    fragment.chains[chain] = "update @" + clients + " { " + word + " saddr timeout " + timeout +
                             " }\nmeta l4proto " + port.protocol + " dnat to " +
                             destination(targets[i]) + "\n";
    known += word + " saddr @" + clients + " goto " + chain + "\n";
    fresh += (i ? ", " : "") + std::to_string(i) + " : goto " + chain;
  }
  const std::string name = "affinity-" + digest(id) + suffix;
  fragment.chains[name] =
      known + "numgen random mod " + std::to_string(targets.size()) + " vmap { " + fresh + " }\n";
  return name;
}

}  // namespace kubus::proxy_nftables
