#include "node_agent.h"

#include <k8s/coordination/v1/lease.pb.h>

#include <atomic>

#include "kubus/api/time.h"
#include "kubus/client.h"
#include "kubus/context.h"
#include "node_status.h"

namespace kubus::kubelet {
namespace {

using namespace std::chrono_literals;

// The reference's node lease: 40 s long, renewed every quarter of that.
constexpr int kLeaseSeconds = 40;
constexpr std::chrono::seconds kRenewEvery{10};
constexpr std::chrono::milliseconds kRetry{200};
constexpr const char* kLeaseNamespace = "kube-node-lease";

}  // namespace

struct NodeAgent::Impl : std::enable_shared_from_this<Impl> {
  Impl(Context& c, NodeRuntime& r, NodeIdentity i, Duration interval)
      : context(c),
        runtime(r),
        identity(std::move(i)),
        client(ApiClient::of(c)),
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
    for (const char* service : {"runtime.v1", "network.v1"})
      services.push_back(context.bus().watch_service(service, [weak](bool) {
        if (auto self = weak.lock()) self->post(&Impl::look);
      }));
    post(&Impl::look);
    post(&Impl::renew);
  }

  void post(void (Impl::*task)()) {
    context.pool().post([self = shared_from_this(), task] { ((*self).*task)(); });
  }

  void look() { publish(false); }
  void beat() { publish(true); }

  // One at a time: two updates would only conflict.
  void publish(bool beat) {
    if (busy.exchange(true)) {
      again = true;
      return;
    }
    do {
      again = false;
      if (Status s = try_publish(beat); !s.ok()) {
        context.log().warn("node status not updated; trying again", {{"error", s.to_string()}});
        retry_later();
      }
    } while (again);
    busy = false;
  }

  Status try_publish(bool beat) {
    NodeHealth health{runtime.status(), runtime.network_status()};
    auto node = client->get<core_v1::Node>({"", identity.name});
    if (node.code() == Code::kNotFound) {
      core_v1::Node fresh = new_node(identity);
      update_node_status(fresh, identity, health, true);
      node = client->create(fresh);
      if (node.ok()) context.log().info("node registered", {{"node", identity.name}});
    }
    if (!node.ok()) return node.status();
    core_v1::Node changed = *node;
    update_node_status(changed, identity, health, beat);
    // A network that is not ready yet says so through the contract's status, not through events.
    if (!health.runtime.ok() || !health.network.ok() || !health.network->ready()) retry_later();
    if (same_content(changed, *node)) return {};
    return client->update_status(changed).status();
  }

  void retry_later() {
    std::weak_ptr<Impl> weak = weak_from_this();
    context.loop().post([weak] {
      auto self = weak.lock();
      if (!self) return;
      self->retry = self->context.loop().after(kRetry, [weak] {
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
  const NodeIdentity identity;
  std::shared_ptr<ApiClient> client;
  const Duration status_interval;
  std::atomic<bool> busy = false;
  std::atomic<bool> again = false;
  Registration renewal, heartbeat, retry;
  std::vector<Registration> services;
};

NodeAgent::NodeAgent(Context& context, NodeRuntime& runtime, NodeIdentity identity,
                     Duration status_interval)
    : impl_(std::make_shared<Impl>(context, runtime, std::move(identity), status_interval)) {}
NodeAgent::~NodeAgent() = default;
void NodeAgent::start() { impl_->start(); }
void NodeAgent::refresh() { impl_->post(&Impl::look); }

}  // namespace kubus::kubelet
