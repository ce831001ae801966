#include "network.h"

#include <algorithm>

#include "bandwidth.h"
#include "pod_link.h"

namespace kubus::flannel {

// Holds a sandbox for the duration of one operation.
class Network::Turn {
 public:
  Turn(Network& network, const std::string& sandbox) : network_(network), sandbox_(sandbox) {
    std::unique_lock lock(network_.mutex_);
    network_.turn_over_.wait(lock, [&] { return network_.busy_.insert(sandbox_).second; });
  }
  ~Turn() {
    {
      const std::lock_guard lock(network_.mutex_);
      network_.busy_.erase(sandbox_);
    }
    network_.turn_over_.notify_all();
  }

 private:
  Network& network_;
  std::string sandbox_;
};

Result<std::unique_ptr<Network>> Network::start(NetworkSettings settings) {
  if (settings.pods.bits < 8 || settings.pods.bits > 29)
    return Status(Code::kInvalid, "pod range " + settings.pods.str() +
                                      " must have a prefix length between 8 and 29");
  std::unique_ptr<Network> network(new Network(std::move(settings)));
  KUBUS_TRY(network->bring_up());
  return network;
}

Status Network::bring_up() {
  auto store = LeaseStore::open(settings_.lease_file, settings_.pods);
  if (!store.ok()) return store.status();
  leases_ = std::move(*store);
  auto netlink = Netlink::open();
  if (!netlink.ok()) return netlink.status();
  if (settings_.mtu == 0) settings_.mtu = uplink_mtu(*netlink);
  auto index = ensure_bridge(*netlink,
                             {settings_.bridge, settings_.pods, settings_.mtu, settings_.services});
  if (!index.ok()) return index.status();
  bridge_index_ = *index;
  return replace_table();
}

Status Network::replace_table() {
  auto leases = leases_->leases();
  if (!leases.ok()) return leases.status();
  std::vector<Ipv4Range> cluster = settings_.cluster;
  if (settings_.services) cluster.push_back(*settings_.services);
  return nft_.run(table_text(
      {settings_.bridge, settings_.pods, std::move(cluster), settings_.masquerade}, *leases));
}

Status Network::apply(const std::string& rules) {
  Status status = nft_.run(rules);
  if (status.code() != Code::kNotFound) return status;
  // Somebody flushed the rules of the machine.
  KUBUS_TRY(replace_table());
  return nft_.run(rules);
}

Result<Ipv4> Network::setup(const SetupOptions& options) {
  const Turn turn(*this, options.sandbox);
  auto acquired = leases_->acquire(options.sandbox, options.ports);
  if (!acquired.ok()) return acquired.status();
  const Lease& lease = acquired->lease;
  if (!acquired->fresh && verify(lease, options.netns).ok()) return lease.address;
  Status status = connect(lease, options);
  if (status.ok()) return lease.address;
  // The caller will try again or give up; neither may find an address lost.
  if (acquired->fresh) {
    if (Status undone = disconnect(options.sandbox); !undone.ok())
      status = status.annotate("and could not be undone (" + undone.message() + ")");
  }
  return status;
}

Status Network::connect(const Lease& lease, const SetupOptions& options) {
  const auto netns = Netns::open(options.netns);
  if (!netns.ok()) return netns.status();
  auto netlink = Netlink::open();
  if (!netlink.ok()) return netlink.status();
  KUBUS_TRY(attach(
      *netlink, *netns,
      {host_link_name(lease.sandbox), bridge_index_, lease.address, gateway(), settings_.mtu}));
  if (options.ingress_bits_per_second > 0)
    KUBUS_TRY(limit_rate(*netlink, host_link_name(lease.sandbox), options.ingress_bits_per_second,
                         settings_.mtu));
  if (options.egress_bits_per_second > 0)
    KUBUS_TRY(netns->run([&]() -> Status {
      auto inside = Netlink::open();
      if (!inside.ok()) return inside.status();
      return limit_rate(*inside, kPodInterface, options.egress_bits_per_second, settings_.mtu);
    }));
  if (lease.ports.empty()) return {};
  return apply(open_text(lease));
}

Status Network::teardown(const std::string& sandbox) {
  const Turn turn(*this, sandbox);
  return disconnect(sandbox);
}

Status Network::disconnect(const std::string& sandbox) {
  auto netlink = Netlink::open();
  if (!netlink.ok()) return netlink.status();
  KUBUS_TRY(detach(*netlink, host_link_name(sandbox)));
  auto lease = leases_->find(sandbox);
  if (!lease.ok()) return lease.status();
  if (!*lease) return {};
  if (!(*lease)->ports.empty()) {
    // Added first, so that what an interrupted setup left half done can be deleted as a whole.
    KUBUS_TRY(apply(open_text(**lease) + close_text(**lease)));
  }
  auto released = leases_->release(sandbox);
  return released.ok() ? Status() : released.status();
}

Result<Ipv4> Network::check(const std::string& sandbox, const std::string& netns) {
  const Turn turn(*this, sandbox);
  auto lease = leases_->find(sandbox);
  if (!lease.ok()) return lease.status();
  if (!*lease) return Status(Code::kNotFound, "sandbox " + sandbox + " has no address");
  return verify(**lease, netns);
}

Result<Ipv4> Network::verify(const Lease& lease, const std::string& netns) {
  const auto broken = [&](const std::string& what) {
    return Status(Code::kConflict, "sandbox " + lease.sandbox + ": " + what);
  };
  auto netlink = Netlink::open();
  if (!netlink.ok()) return netlink.status();
  const std::string name = host_link_name(lease.sandbox);
  auto link = netlink->find_link(name);
  if (!link.ok()) return link.status();
  if (!*link) return broken("interface " + name + " is missing");
  if (!(*link)->up || (*link)->master != bridge_index_)
    return broken("interface " + name + " is down or not on the bridge");
  const auto handle = Netns::open(netns);
  if (!handle.ok()) return handle.status();
  auto inside = inspect(*handle);
  if (!inside.ok()) return inside.status();
  if (!inside->interface_up || !inside->loopback_up)
    return broken("an interface of the pod is down or missing");
  if (std::find(inside->addresses.begin(), inside->addresses.end(), lease.address) ==
      inside->addresses.end())
    return broken("address " + lease.address.str() + " is missing in the pod");
  if (!inside->default_route) return broken("the pod's default route is missing");
  return lease.address;
}

Result<std::vector<std::string>> Network::reconcile(const std::set<std::string>& keep) {
  auto leases = leases_->leases();
  if (!leases.ok()) return leases.status();
  std::vector<std::string> released;
  for (const auto& lease : *leases) {
    if (keep.contains(lease.sandbox)) continue;
    KUBUS_TRY(teardown(lease.sandbox));
    released.push_back(lease.sandbox);
  }
  KUBUS_TRY(remove_stray_links(keep));
  return released;
}

Status Network::remove_stray_links(const std::set<std::string>& keep) {
  // Interfaces are read before leases: a setup in progress makes its lease first.
  auto netlink = Netlink::open();
  if (!netlink.ok()) return netlink.status();
  auto links = netlink->links();
  if (!links.ok()) return links.status();
  auto leases = leases_->leases();
  if (!leases.ok()) return leases.status();
  std::set<std::string> known;
  for (const auto& lease : *leases) known.insert(host_link_name(lease.sandbox));
  for (const auto& sandbox : keep) known.insert(host_link_name(sandbox));
  for (const auto& link : *links) {
    if (link.master != bridge_index_ || !is_host_link_name(link.name) || known.contains(link.name))
      continue;
    KUBUS_TRY(detach(*netlink, link.name));
  }
  return {};
}

Status Network::remove_all() {
  auto netlink = Netlink::open();
  if (!netlink.ok()) return netlink.status();
  auto links = netlink->links();
  if (!links.ok()) return links.status();
  for (const auto& link : *links)
    if (link.master == bridge_index_ && is_host_link_name(link.name))
      KUBUS_TRY(detach(*netlink, link.name));
  KUBUS_TRY(remove_bridge(*netlink, settings_.bridge));
  return nft_.run(remove_table_text());
}

}  // namespace kubus::flannel
