#include <k8s/core/v1/pod.pb.h>
#include <k8s/core/v1/pod_template.pb.h>

#include <algorithm>
#include <mutex>
#include <set>
#include <unordered_map>

#include "kubus/client.h"
#include "kubus/events.h"
#include "kubus/replicas.h"
#include "kubus/status_cause.h"

namespace kubus {
namespace {

// As the reference: no more pods than this are made or removed in one go.
constexpr int kBurst = 500;

}  // namespace

struct ReplicaManager::Impl {
  Impl(Context& context, std::string component)
      : client(ApiClient::of(context)), events(context, std::move(component)) {}

  // Pods whose removal was asked for and which the cache still shows as alive: until it knows
  // better, counting them would remove others in their place.
  bool awaiting_removals(const std::string& owner, const std::vector<PodPtr>& pods) {
    std::lock_guard lock(mutex);
    auto it = removing.find(owner);
    if (it == removing.end()) return false;
    std::set<std::string> alive;
    for (const PodPtr& pod : pods)
      if (!is_deleting(*pod)) alive.insert(pod->metadata().uid());
    std::erase_if(it->second, [&](const std::string& uid) { return !alive.contains(uid); });
    if (!it->second.empty()) return true;
    removing.erase(it);
    return false;
  }
  void expect_removal(const std::string& owner, const std::string& pod) {
    std::lock_guard lock(mutex);
    removing[owner].insert(pod);
  }
  void removal_failed(const std::string& owner, const std::string& pod) {
    std::lock_guard lock(mutex);
    if (auto it = removing.find(owner); it != removing.end()) it->second.erase(pod);
  }

  // 1, 2, 4, ... at a time: a quota or a bad template is found out with one call, not five hundred.
  Status create(const Wanted& wanted, int count) {
    const core_v1::Pod pod = pod_from_template(wanted.pod, wanted.owner, key_of(wanted.owner).name);
    for (int done = 0, batch = 1; done < count; batch *= 2) {
      const int size = std::min(batch, count - done);
      Status failure;
      for (int i = 0; i < size; ++i) {
        auto created = client->create(pod);
        if (created.ok())
          events.normal(wanted.owner, "SuccessfulCreate",
                        "Created pod: " + created->metadata().name());
        else
          failure = created.status();
      }
      // Nothing more is made in a namespace that goes away, which is no failure of the owner.
      if (has_cause(failure, kNamespaceTerminating)) return {};
      if (!failure.ok()) {
        events.warning(wanted.owner, "FailedCreate", "Error creating: " + failure.message());
        return failure;
      }
      done += size;
    }
    return {};
  }

  Status remove(const Wanted& wanted, std::vector<PodPtr> pods, int count) {
    std::map<std::string, int> per_node;
    for (const PodPtr& pod : wanted.related)
      if (is_pod_active(*pod)) ++per_node[pod->spec().nodename()];
    sort_for_deletion(pods, per_node);
    pods.resize(static_cast<std::size_t>(count));
    const std::string owner = uid_of(wanted.owner);
    for (const PodPtr& pod : pods) expect_removal(owner, pod->metadata().uid());
    Status failure;
    for (const PodPtr& pod : pods) {
      DeleteOptions options;
      options.uid = pod->metadata().uid();
      Status status = client->remove<core_v1::Pod>(key_of(*pod), options);
      if (status.ok()) {
        events.normal(wanted.owner, "SuccessfulDelete", "Deleted pod: " + pod->metadata().name());
        continue;
      }
      removal_failed(owner, pod->metadata().uid());
      if (status.code() == Code::kNotFound || status.code() == Code::kConflict) continue;
      events.warning(wanted.owner, "FailedDelete", "Error deleting: " + status.message());
      failure = status;
    }
    return failure;
  }

  void manage(const Wanted& wanted, const std::vector<PodPtr>& active, Found& found) {
    const int difference = static_cast<int>(active.size()) - wanted.replicas;
    if (difference < 0) {
      found.failure = create(wanted, std::min(-difference, kBurst));
      found.failure_reason = "FailedCreate";
    } else if (difference > 0) {
      found.failure = remove(wanted, active, std::min(difference, kBurst));
      found.failure_reason = "FailedDelete";
    }
    if (found.failure.ok()) found.failure_reason.clear();
  }

  std::shared_ptr<ApiClient> client;
  EventRecorder events;
  std::mutex mutex;
  std::unordered_map<std::string, std::set<std::string>> removing;  // owner uid -> pod uids
};

namespace {

void count(const std::vector<PodPtr>& active, const ReplicaManager::Wanted& wanted,
           ReplicaManager::Found& found) {
  const auto now = std::chrono::system_clock::now();
  const auto& labels = wanted.pod.metadata().labels();
  for (const PodPtr& pod : active) {
    ++found.replicas;
    const auto& own = pod->metadata().labels();
    found.fully_labeled += std::all_of(labels.begin(), labels.end(), [&](const auto& label) {
      auto it = own.find(label.first);
      return it != own.end() && it->second == label.second;
    });
    if (!is_pod_ready(*pod)) continue;
    ++found.ready;
    std::chrono::nanoseconds wait{0};
    if (is_pod_available(*pod, wanted.min_ready_seconds, now, &wait))
      ++found.available;
    else if (wait.count() > 0 && (found.wait.count() == 0 || wait < found.wait))
      found.wait = wait;
  }
}

}  // namespace

ReplicaManager::ReplicaManager(Context& context, std::string component)
    : impl_(std::make_unique<Impl>(context, std::move(component))) {}
ReplicaManager::~ReplicaManager() = default;

Result<ReplicaManager::Found> ReplicaManager::sync(const Informer<core_v1::Pod>& pods,
                                                   const Wanted& wanted) {
  auto claimed = claim_pods(*impl_->client, pods, wanted.owner, wanted.selector);
  if (!claimed.ok()) return claimed.status();
  Found found;
  std::vector<PodPtr> active;
  for (const PodPtr& pod : *claimed) {
    if (is_pod_active(*pod))
      active.push_back(pod);
    else if (is_deleting(*pod))
      ++found.terminating;
  }
  if (!is_deleting(wanted.owner) && !impl_->awaiting_removals(uid_of(wanted.owner), *claimed))
    impl_->manage(wanted, active, found);
  count(active, wanted, found);
  return found;
}

void ReplicaManager::forget(const std::string& owner_uid) {
  std::lock_guard lock(impl_->mutex);
  impl_->removing.erase(owner_uid);
}

}  // namespace kubus
