#include "node_agent.h"

#include <k8s/coordination/v1/lease.pb.h>

#include <map>
#include <mutex>
#include <utility>

#include "kubus/api/time.h"
#include "kubus/client.h"
#include "kubus/context.h"
#include "kubus/events.h"
#include "node_status.h"

namespace kubus::kubelet {
namespace {

using namespace std::chrono_literals;

// The reference's node lease: 40 s long, renewed every quarter of that.
constexpr int kLeaseSeconds = 40;
constexpr std::chrono::seconds kRenewEvery{10};
// After a failed call of the API: 200 ms, doubled up to ten seconds.
constexpr std::chrono::milliseconds kFirstRetry{200};
constexpr std::chrono::milliseconds kLongestRetry{10'000};
constexpr const char* kLeaseNamespace = "kube-node-lease";

}  // namespace

struct NodeAgent::Impl : std::enable_shared_from_this<Impl> {
  Impl(Context& c, NodeRuntime& r, NodeIdentity i, Duration interval)
      : context(c),
        runtime(r),
        identity(std::move(i)),
        client(ApiClient::of(c)),
        events(c, "kubelet", identity.name),
        status_interval(interval) {}

  void start() {
    std::weak_ptr<Impl> weak = weak_from_this();
    const auto later = [weak](void (Impl::*task)()) {
      return [weak, task] {
        auto self = weak.lock();
        if (self) self->context.pool().post([self, task] { ((*self).*task)(); });
      };
    };
    renewal = context.loop().every(kRenewEvery, later(&Impl::renew));
    heartbeat = context.loop().every(status_interval, later(&Impl::beat));
    services.push_back(context.bus().watch_service(runtime::kService, [weak](bool) {
      if (auto self = weak.lock()) self->post(&Impl::look);
    }));
    services.push_back(context.bus().watch_service(network::kService, [weak](bool available) {
      auto self = weak.lock();
      if (!self) return;
      if (available) self->follow_network();
      self->post(&Impl::look);
    }));
    post(&Impl::look);
    post(&Impl::renew);
  }

  // Each provider of the network tells of its own readiness, until it goes.
  void follow_network() {
    std::weak_ptr<Impl> weak = weak_from_this();
    network_status = rpc::stream(
        context.bus(), network::kWatchStatus, network::WatchNetworkStatusRequest(), {},
        [weak](const network::NetworkStatusResponse&) {
          if (auto self = weak.lock()) self->post(&Impl::look);
        },
        [](const Status&) {});
  }

  void post(void (Impl::*task)()) {
    context.pool().post([self = shared_from_this(), task] { ((*self).*task)(); });
  }

  void look() { publish(false); }
  void beat() { publish(true); }

  // One at a time: two updates would only conflict.
  void publish(bool beat) {
    {
      std::lock_guard lock(mutex);
      beat_wanted = beat_wanted || beat;
      wanted = true;
      if (std::exchange(busy, true)) return;
    }
    while (next_wanted(beat)) {
      const Status published = try_publish(beat);
      if (published.ok()) {
        next_retry = kFirstRetry;
      } else if (published.code() == Code::kConflict) {
        std::lock_guard lock(mutex);
        wanted = true;
      } else {
        context.log().warn("node status not updated; trying again",
                           {{"error", published.to_string()}});
        retry_later();
      }
    }
  }
  // False, and no longer busy, when nobody wants another one.
  bool next_wanted(bool& beat) {
    std::lock_guard lock(mutex);
    busy = wanted;
    beat = std::exchange(beat_wanted, false);
    return std::exchange(wanted, false);
  }

  Status try_publish(bool beat) {
    const NodeHealth health{runtime.status(), runtime.network_status(), runtime.images()};
    auto node = client->get<core_v1::Node>({"", identity.name});
    if (node.code() == Code::kNotFound && !node.ok()) {
      core_v1::Node fresh = new_node(identity);
      update_node_status(fresh, identity, health, true);
      node = client->create(fresh);
      if (node.ok()) context.log().info("node registered", {{"node", identity.name}});
    }
    if (!node.ok()) return node.status();
    core_v1::Node changed = *node;
    update_node_status(changed, identity, health, beat);
    const Status stored =
        same_content(changed, *node) ? Status() : client->update_status(changed).status();
    if (stored.ok()) tell(changed);
    return stored;
  }

  // Events for conditions that are not as they were told last.
  void tell(const core_v1::Node& node) {
    if (told.empty()) events.normal(node, "Starting", "Starting kubelet.");
    for (const auto& condition : node.status().conditions()) {
      const std::string reason = event_of(condition);
      std::string& before = told[condition.type()];
      if (reason.empty() || std::exchange(before, reason) == reason) continue;
      events.normal(node, reason, "Node " + identity.name + " status is now: " + reason);
    }
  }

  void retry_later() {
    const auto delay = next_retry;
    next_retry = std::min(2 * next_retry, kLongestRetry);
    std::weak_ptr<Impl> weak = weak_from_this();
    context.loop().post([weak, delay] {
      auto self = weak.lock();
      if (!self) return;
      self->retry = self->context.loop().after(delay, [weak] {
        if (auto impl = weak.lock()) impl->post(&Impl::look);
      });
    });
  }

  void renew() {
    const ObjectKey key{kLeaseNamespace, identity.name};
    auto lease = client->get<coordination_v1::Lease>(key);
    const bool fresh = lease.code() == Code::kNotFound;
    if (fresh) {
      coordination_v1::Lease made;
      made.mutable_metadata()->set_namespace_(key.ns);
      made.mutable_metadata()->set_name(key.name);
      lease = std::move(made);
    }
    if (!lease.ok()) return;
    auto& spec = *lease->mutable_spec();
    spec.set_holderidentity(identity.name);
    spec.set_leasedurationseconds(kLeaseSeconds);
    set_now(*spec.mutable_renewtime());
    auto stored = fresh ? client->create(*lease) : client->update(*lease);
    if (!stored.ok())
      context.log().warn("node lease not renewed", {{"error", stored.status().to_string()}});
  }

  Context& context;
  NodeRuntime& runtime;
  NodeIdentity identity;  // does not change once started
  std::shared_ptr<ApiClient> client;
  EventRecorder events;
  const Duration status_interval;
  // Of the one who publishes.
  std::chrono::milliseconds next_retry = kFirstRetry;
  std::map<std::string, std::string> told;            // event reasons by condition
  std::unique_ptr<bus::StreamReader> network_status;  // Loop only
  std::mutex mutex;
  bool busy = false, wanted = false, beat_wanted = false;
  Registration renewal, heartbeat, retry;
  std::vector<Registration> services;
};

NodeAgent::NodeAgent(Context& context, NodeRuntime& runtime, NodeIdentity identity,
                     Duration status_interval)
    : impl_(std::make_shared<Impl>(context, runtime, std::move(identity), status_interval)) {}
NodeAgent::~NodeAgent() = default;
void NodeAgent::start(int kubelet_port) {
  impl_->identity.kubelet_port = kubelet_port;
  impl_->start();
}
void NodeAgent::refresh() { impl_->post(&Impl::look); }

}  // namespace kubus::kubelet
