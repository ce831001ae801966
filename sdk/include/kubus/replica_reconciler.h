// ReplicaReconciler: the whole controller of a kind that wants a number of equal pods; ReplicaSet
// and ReplicationController differ only in how they write down what they want.
//
// Thread safety: reconcile() may run for several objects at once.
//
// `Shape` says what differs: static Result<LabelMatcher> selector(const T&).
#pragma once

#include <vector>

#include "kubus/client.h"
#include "kubus/informer.h"
#include "kubus/replicas.h"
#include "kubus/work_queue.h"

namespace kubus {

template <class T, class Shape>
class ReplicaReconciler {
 public:
  using Spec = std::remove_cvref_t<decltype(std::declval<const T&>().spec())>;
  using ObjectStatus = std::remove_cvref_t<decltype(std::declval<const T&>().status())>;

  ReplicaReconciler(Context& context, std::string component, Informer<core_v1::Pod>& pods,
                    Informer<T>& owners)
      : client_(ApiClient::of(context)),
        pods_(pods),
        owners_(owners),
        manager_(context, std::move(component)) {}

  Outcome reconcile(const T& object) {
    auto selector = Shape::selector(object);
    if (!selector.ok()) return Outcome::terminal(selector.status());
    auto found = manager_.sync(
        pods_, {object, object.spec().has_replicas() ? object.spec().replicas() : 1, *selector,
                object.spec().template_(), object.spec().minreadyseconds(), related(object)});
    if (!found.ok()) return found.status();
    T changed = object;
    *changed.mutable_status() = make_status(object, *found);
    if (!same_content(changed, object)) KUBUS_TRY(client_->update_status(changed).status());
    if (!found->failure.ok()) return found->failure;
    return found->wait.count() > 0 ? Outcome::requeue_after(found->wait) : Outcome::done();
  }

  // Those of the pod's namespace whose selector matches it: an orphan may be theirs to adopt.
  std::vector<ObjectKey> adopters(const core_v1::Pod& pod) const {
    std::vector<ObjectKey> keys;
    if (!controller_of(static_cast<const Message&>(pod)).uid.empty()) return keys;
    for (const auto& owner : owners_.list(pod.metadata().namespace_())) {
      auto matcher = Shape::selector(*owner);
      if (matcher.ok() && !matcher->empty() && matcher->matches(pod.metadata().labels()))
        keys.push_back(key_of(*owner));
    }
    return keys;
  }

  // What follows from what was found; the condition keeps its transition time while it stands.
  static ObjectStatus make_status(const T& object, const ReplicaManager::Found& found) {
    ObjectStatus status;
    status.set_replicas(found.replicas);
    status.set_fullylabeledreplicas(found.fully_labeled);
    status.set_readyreplicas(found.ready);
    status.set_availablereplicas(found.available);
    if constexpr (requires { status.set_terminatingreplicas(0); })
      status.set_terminatingreplicas(found.terminating);
    status.set_observedgeneration(object.metadata().generation());
    bool stands = false;
    for (const auto& condition : object.status().conditions()) {
      const bool failure = condition.type() == "ReplicaFailure";
      if (failure && found.failure.ok()) continue;
      stands = stands || failure;
      *status.add_conditions() = condition;
    }
    if (found.failure.ok() || stands) return status;
    auto& condition = *status.add_conditions();
    condition.set_type("ReplicaFailure");
    condition.set_status("True");
    set_now(*condition.mutable_lasttransitiontime());
    condition.set_reason(found.failure_reason);
    condition.set_message(found.failure.message());
    return status;
  }

 private:
  // Its own pods and those of its siblings under the same owner (a Deployment's other revisions).
  std::vector<PodPtr> related(const T& object) const {
    std::vector<PodPtr> pods = pods_.controlled_by(object.metadata().uid());
    const Owner owner = controller_of(object);
    if (owner.uid.empty()) return pods;
    for (const auto& sibling : owners_.controlled_by(owner.uid)) {
      if (sibling->metadata().uid() == object.metadata().uid()) continue;
      auto more = pods_.controlled_by(sibling->metadata().uid());
      pods.insert(pods.end(), more.begin(), more.end());
    }
    return pods;
  }

  std::shared_ptr<ApiClient> client_;
  Informer<core_v1::Pod>& pods_;
  Informer<T>& owners_;
  ReplicaManager manager_;
};

}  // namespace kubus
