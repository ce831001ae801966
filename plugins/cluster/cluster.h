// Cluster: the names, addresses and paths of one throw-away cluster on this machine.
//
// Thread safety: values and pure functions.
//
// Everything that `kubus up` makes can be found from the name alone, so that `kubus down` removes
// it even when nothing of the cluster runs any more.
#pragma once

#include <string>
#include <vector>

#include "kubus/status.h"

namespace kubus::cluster {

struct Cluster {
  std::string name;  // "kubus" unless --name
  int index = 0;     // 0..255, unique among the clusters of this machine

  std::string run_dir() const { return "/run/kubus/" + name; }
  std::string state_dir() const { return "/var/lib/kubus/" + name; }
  std::string config_dir() const { return state_dir() + "/config"; }
  // What the user set, one KEY=VALUE a line: it is above every file of the configuration.
  std::string overrides_file() const { return config_dir() + "/overrides"; }
  std::string admin_kubeconfig() const { return state_dir() + "/admin.kubeconfig"; }
  // There until all that kubusd needs has been made: tells of a `kubus up` that was killed.
  std::string unprepared_file() const { return state_dir() + "/unprepared"; }
  // Of the cluster itself: it holds nobody's contexts but its own and goes with the cluster. Its
  // folder is locked already by whoever works on the cluster.
  bool owns(const std::string& path) const;
  std::string log_file() const { return state_dir() + "/kubusd.log"; }
  std::string netns() const { return "kubus-" + name; }
  std::string netns_path() const { return "/run/netns/" + netns(); }
  // The network namespace that `kubus up` was run in: what pulls images uses it.
  std::string host_netns_path() const { return run_dir() + "/host.netns"; }
  std::string cgroup() const { return "kubus-" + name; }
  std::string host_link() const { return "kubus" + std::to_string(index); }
  std::string node_name() const { return name; }
  // A /30 between the host and the node: the only route the host gets. From the range for tests of
  // networks (RFC 2544), which no real network uses, so that it shadows nothing.
  std::string host_address() const { return link_prefix() + ".1"; }
  std::string node_address() const { return link_prefix() + ".2"; }
  static constexpr int kLinkPrefixLength = 30;
  static constexpr const char* kPodCidr = "10.244.0.0/16";
  static constexpr const char* kServiceCidr = "10.96.0.0/12";
  static constexpr int kApiPort = 6443;

 private:
  std::string link_prefix() const { return "198.18." + std::to_string(index); }
};

// kBadRequest unless `name` is a DNS label of at most 40 characters.
Status check_name(const std::string& name);
// The existing cluster of this name, or kNotFound.
Result<Cluster> find_cluster(const std::string& name);
// All of this machine, in the order of their names, whether anything of them runs or not.
std::vector<Cluster> existing_clusters();
// Reserves the lowest free index for a new cluster; kAlreadyExists when the name is taken. The
// reservation is the file <state_dir>/index; the cluster is marked as unprepared.
Result<Cluster> reserve_cluster(const std::string& name);

}  // namespace kubus::cluster
