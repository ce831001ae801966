#include "kubus/leader_election.h"

#include <atomic>
#include <chrono>

#include "k8s/coordination/v1/lease.pb.h"
#include "kubus/api/time.h"
#include "kubus/api/types.h"
#include "kubus/client.h"
#include "kubus/context.h"

namespace kubus {

struct LeaderElection::Impl : std::enable_shared_from_this<Impl> {
  using Clock = std::chrono::steady_clock;

  Impl(Context& c, LeaderElectionOptions o) : context(c), client(ApiClient::of(c)), options(o) {}

  void start() {
    context.loop().post([self = shared_from_this()] { self->tick(); });
  }

  // On the loop: one attempt at a time, then the next one after `retry`.
  void tick() {
    if (stopped) return;
    context.pool().post([self = shared_from_this(), begun = Clock::now()] {
      const bool held = self->try_hold();
      self->context.loop().post([self, held, begun] { self->settle(held, begun); });
    });
  }

  void settle(bool held, Clock::time_point begun) {
    if (stopped) return;
    // The lease runs from some moment of the attempt: its beginning is the safe one to count from.
    const auto left = begun + options.renew_deadline - Clock::now();
    if (held && left > Duration(0)) {
      // A clock of its own: an attempt that hangs must not keep the leadership.
      deadline = context.loop().after(left, on_loop(&Impl::lose));
      if (!leader.exchange(true)) {
        context.log().info("started leading", {{"lease", options.name}});
        if (on_started) on_started();
      }
    }
    timer = context.loop().after(options.retry, on_loop(&Impl::tick));
  }

  void lose() {
    if (stopped || !leader.exchange(false)) return;
    context.log().warn("stopped leading", {{"lease", options.name}});
    if (on_stopped) on_stopped();
  }

  Task on_loop(void (Impl::*method)()) {
    return [weak = weak_from_this(), method] {
      if (auto self = weak.lock()) ((*self).*method)();
    };
  }

  // On the pool: takes or renews the lease. False when somebody else holds it or the API fails.
  bool try_hold() {
    auto lease = client->get<coordination_v1::Lease>({options.ns, options.name});
    if (lease.code() == Code::kNotFound) {
      coordination_v1::Lease fresh;
      fresh.mutable_metadata()->set_namespace_(options.ns);
      fresh.mutable_metadata()->set_name(options.name);
      claim(fresh, true);
      return client->create(fresh).ok();
    }
    if (!lease.ok()) return false;
    const std::string& holder = lease->spec().holderidentity();
    const bool mine = holder == options.identity;
    if (!mine && !holder.empty() && !lapsed(*lease)) return false;
    claim(*lease, !mine);
    return client->update(*lease).ok();
  }

  // A lease has lapsed when it did not change for its duration by this machine's own clock, so that
  // clocks of different machines need not agree.
  bool lapsed(const coordination_v1::Lease& lease) {
    const auto now = Clock::now();
    if (lease.metadata().resourceversion() != seen_version) {
      seen_version = lease.metadata().resourceversion();
      seen_at = now;
      return false;
    }
    return now - seen_at >= std::chrono::seconds(lease.spec().leasedurationseconds());
  }

  void claim(coordination_v1::Lease& lease, bool transition) {
    auto& spec = *lease.mutable_spec();
    spec.set_leasedurationseconds(
        static_cast<int>(std::chrono::duration_cast<std::chrono::seconds>(options.lease).count()));
    set_now(*spec.mutable_renewtime());
    if (!transition) return;
    if (spec.has_holderidentity()) spec.set_leasetransitions(spec.leasetransitions() + 1);
    spec.set_holderidentity(options.identity);
    set_now(*spec.mutable_acquiretime());
  }

  void stop() {
    stopped = true;
    if (!leader.exchange(false)) return;
    // Given up at once, so that a successor need not wait for the lease to run out.
    context.pool().post([self = shared_from_this()] {
      auto lease =
          self->client->get<coordination_v1::Lease>({self->options.ns, self->options.name});
      if (!lease.ok() || lease->spec().holderidentity() != self->options.identity) return;
      lease->mutable_spec()->set_holderidentity("");
      lease->mutable_spec()->set_leasedurationseconds(1);
      auto released = self->client->update(*lease);
      if (!released.ok())
        self->context.log().debug("lease not released", {{"error", released.status().to_string()}});
    });
  }

  Context& context;
  std::shared_ptr<ApiClient> client;
  const LeaderElectionOptions options;
  std::function<void()> on_started;
  std::function<void()> on_stopped;
  std::atomic<bool> leader = false;
  std::atomic<bool> stopped = false;
  // Loop only.
  Registration timer;
  Registration deadline;
  // The one attempt in progress only.
  std::string seen_version;
  Clock::time_point seen_at;
};

LeaderElection::LeaderElection(Context& context, LeaderElectionOptions options,
                               std::function<void()> on_started_leading,
                               std::function<void()> on_stopped_leading)
    : impl_(std::make_shared<Impl>(context, std::move(options))) {
  impl_->on_started = std::move(on_started_leading);
  impl_->on_stopped = std::move(on_stopped_leading);
  impl_->start();
}

LeaderElection::~LeaderElection() { impl_->stop(); }

bool LeaderElection::leading() const { return impl_->leader; }

}  // namespace kubus
