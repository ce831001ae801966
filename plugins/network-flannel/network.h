// Network: puts sandboxes on the node's pod network and takes them off.
//
// Thread safety: all members from any thread; they block for some milliseconds. Calls for one
// sandbox are serialised, those for different ones run side by side.
//
// Every operation may be repeated: doing it twice is as doing it once, also when a crash came
// between.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "bridge.h"
#include "firewall.h"
#include "kubus/nft.h"
#include "lease_store.h"

namespace kubus::flannel {

struct NetworkSettings {
  std::string bridge = "cni0";
  Ipv4Range pods;
  std::vector<Ipv4Range> cluster;  // not masqueraded, beside `pods`
  std::optional<Ipv4Range> services;
  unsigned mtu = 0;  // 0: that of the uplink
  bool masquerade = true;
  std::string lease_file;
};

struct SetupOptions {
  std::string sandbox;
  std::string netns;
  std::vector<HostPort> ports;
  std::int64_t ingress_bits_per_second = 0;  // to the pod; 0: unlimited
  std::int64_t egress_bits_per_second = 0;   // from the pod
};

class Network {
 public:
  // Brings up the bridge and the rules, for the sandboxes of earlier runs too.
  static Result<std::unique_ptr<Network>> start(NetworkSettings settings);

  Result<Ipv4> setup(const SetupOptions& options);
  Status teardown(const std::string& sandbox);
  // The address, if everything setup() made is still in place; kNotFound or kConflict if not.
  Result<Ipv4> check(const std::string& sandbox, const std::string& netns);
  // Tears down every sandbox that is not in `keep`; returns those.
  Result<std::vector<std::string>> reconcile(const std::set<std::string>& keep);
  // Removes bridge and rules, and leaves the leases. Running pods lose their network.
  Status remove_all();

  const NetworkSettings& settings() const { return settings_; }
  Ipv4 gateway() const { return settings_.pods.gateway(); }

 private:
  explicit Network(NetworkSettings settings) : settings_(std::move(settings)) {}
  class Turn;

  Status bring_up();
  Status replace_table();
  Status apply(const std::string& rules);
  Status connect(const Lease& lease, const SetupOptions& options);
  Result<Ipv4> verify(const Lease& lease, const std::string& netns);
  Status disconnect(const std::string& sandbox);
  Status remove_stray_links(const std::set<std::string>& keep);

  NetworkSettings settings_;
  int bridge_index_ = 0;
  std::unique_ptr<LeaseStore> leases_;
  Nft nft_;

  std::mutex mutex_;
  std::condition_variable turn_over_;
  std::set<std::string> busy_;  // sandboxes being worked on
};

}  // namespace kubus::flannel
