#include "kubus/controller.h"

#include <google/protobuf/descriptor.h>

#include <mutex>
#include <set>
#include <utility>

#include "kubus/api/resource.h"

namespace kubus {
namespace {

// How long a reconcile waits for a cache to show this controller's own writes. Longer means that
// the watch is in trouble: acting on an old cache then does no more harm than a conflict.
constexpr std::chrono::seconds kFreshness{5};

}  // namespace

struct Controller::Impl : std::enable_shared_from_this<Impl> {
  Impl(Context& c, std::string n) : context(c), name(std::move(n)), client(ApiClient::of(c)) {}

  Outcome work(const std::string& key) {
    for (const auto& [kind, cache] : caches)
      cache->wait_for(client->last_written(kind), kFreshness);
    return function(ObjectKey::parse(key));
  }

  // Nothing is reconciled before every cache is complete.
  void begin(const ResourceInfo& resource) {
    primary = &resource;
    {
      const std::lock_guard lock(mutex);
      queue = std::make_unique<WorkQueue>(context, name, workers,
                                          [this](const std::string& key) { return work(key); });
    }
    unsynced = caches.size();
    for (const auto& [kind, cache] : caches)
      registrations.push_back(cache->subscribe(context, {}, [weak = weak_from_this()] {
        if (auto impl = weak.lock()) impl->cache_synced();
      }));
  }
  void cache_synced() {
    if (--unsynced > 0) return;
    for (const std::string& key : std::exchange(early, {})) add(key);
  }
  void add(const std::string& key) {
    const std::lock_guard lock(mutex);
    if (unsynced > 0 || !queue)
      early.insert(key);
    else
      queue->add(key);
  }
  void add_after(const std::string& key, Duration delay) {
    const std::lock_guard lock(mutex);
    if (queue) queue->add_after(key, delay);
  }
  // Returns when no reconcile function runs any more. It may use the informers until then.
  void end_work() {
    std::unique_ptr<WorkQueue> ended;  // it waits, outside the lock
    const std::lock_guard lock(mutex);
    ended = std::move(queue);
  }

  // On the loop: only it knows what is too early.
  static void run(const std::shared_ptr<Impl>& impl, std::function<void(Impl&)> task) {
    if (impl->context.loop().in_loop()) return task(*impl);
    impl->context.loop().post([weak = std::weak_ptr<Impl>(impl), task = std::move(task)] {
      if (auto alive = weak.lock()) task(*alive);
    });
  }

  Context& context;
  const std::string name;
  std::shared_ptr<ApiClient> client;
  std::size_t workers = 2;
  std::vector<std::pair<const google::protobuf::Descriptor*, ObjectCache*>> caches;
  std::function<Outcome(const ObjectKey&)> function;
  // Loop only.
  const ResourceInfo* primary = nullptr;
  std::vector<Registration> registrations;
  std::size_t unsynced = 0;
  std::set<std::string> early;
  std::mutex mutex;
  std::unique_ptr<WorkQueue> queue;  // protected by `mutex`
};

Controller::Controller(Context& context, std::string name)
    : context_(context), impl_(std::make_shared<Impl>(context, std::move(name))) {}

Controller::~Controller() {
  impl_->registrations.clear();
  impl_->end_work();
  informers_.clear();
}

Controller& Controller::workers(std::size_t count) {
  impl_->workers = count;
  return *this;
}

ApiClient& Controller::client() { return *impl_->client; }

void Controller::add_cache(ObjectCache& cache, const google::protobuf::Descriptor* kind) {
  impl_->caches.emplace_back(kind, &cache);
}

void Controller::enqueue_owner(const Message* object) {
  if (!object || !impl_->primary) return;
  const Owner owner = controller_of(*object);
  if (owner.uid.empty() || owner.kind != impl_->primary->kind) return;
  if (owner.api_version != impl_->primary->api_version()) return;
  enqueue({impl_->primary->namespaced ? key_of(*object).ns : "", owner.name});
}

Status Controller::start(const google::protobuf::Descriptor* primary,
                         std::function<Outcome(const ObjectKey&)> function) {
  if (impl_->function)
    return Status(Code::kInternalError, "a Controller has one reconcile function");
  const ResourceInfo* resource = resource_of(*primary);
  if (!resource) return Status(Code::kBadRequest, primary->full_name() + " is not an API resource");
  impl_->function = std::move(function);
  Impl::run(impl_, [resource](Impl& impl) { impl.begin(*resource); });
  return {};
}

void Controller::enqueue(const ObjectKey& key) {
  Impl::run(impl_, [text = key.str()](Impl& impl) { impl.add(text); });
}

void Controller::enqueue_after(const ObjectKey& key, Duration delay) {
  Impl::run(impl_, [text = key.str(), delay](Impl& impl) { impl.add_after(text, delay); });
}

}  // namespace kubus
