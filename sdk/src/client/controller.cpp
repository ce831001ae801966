#include "kubus/controller.h"

#include <google/protobuf/descriptor.h>

#include <set>

#include "kubus/api/resource.h"

namespace kubus {
namespace {

// How long a reconcile waits for a cache to show this controller's own writes. Longer means that
// the watch is in trouble: acting on an old cache then does no more harm than a conflict.
constexpr std::chrono::seconds kFreshness{5};

}  // namespace

struct Controller::Impl {
  Impl(Context& c, std::string n) : context(c), name(std::move(n)), client(ApiClient::of(c)) {}

  Outcome work(const std::string& key) {
    for (const auto& [kind, cache] : caches)
      cache->wait_for(client->last_written(kind), kFreshness);
    return function(ObjectKey::parse(key));
  }

  // On the loop. Nothing is reconciled before every cache is complete.
  void cache_synced() {
    if (--unsynced > 0) return;
    for (const std::string& key : std::exchange(early, {})) queue->add(key);
  }

  void add(const std::string& key) {
    if (unsynced > 0 || !queue)
      early.insert(key);
    else
      queue->add(key);
  }

  Context& context;
  const std::string name;
  std::shared_ptr<ApiClient> client;
  std::size_t workers = 2;
  std::vector<std::pair<const google::protobuf::Descriptor*, ObjectCache*>> caches;
  std::vector<Registration> registrations;
  const ResourceInfo* primary = nullptr;
  std::function<Outcome(const ObjectKey&)> function;
  // Loop only.
  int unsynced = 0;
  std::set<std::string> early;
  std::unique_ptr<WorkQueue> queue;
};

Controller::Controller(Context& context, std::string name)
    : context_(context), impl_(std::make_shared<Impl>(context, std::move(name))) {}

Controller::~Controller() {
  impl_->registrations.clear();
  informers_.clear();
  impl_->queue.reset();
}

Controller& Controller::workers(std::size_t count) {
  impl_->workers = count;
  return *this;
}

ApiClient& Controller::client() { return *impl_->client; }

void Controller::add_cache(ObjectCache& cache, const google::protobuf::Descriptor* kind) {
  impl_->caches.emplace_back(kind, &cache);
  ++impl_->unsynced;
  std::weak_ptr<Impl> weak = impl_;
  impl_->registrations.push_back(cache.subscribe(context_, {}, [weak] {
    if (auto impl = weak.lock()) impl->cache_synced();
  }));
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
  if (impl_->queue) return Status(Code::kInternalError, "a Controller has one reconcile function");
  impl_->primary = resource_of(*primary);
  if (!impl_->primary)
    return Status(Code::kBadRequest, primary->full_name() + " is not an API resource");
  impl_->function = std::move(function);
  impl_->queue = std::make_unique<WorkQueue>(
      context_, impl_->name, impl_->workers,
      [impl = impl_.get()](const std::string& key) { return impl->work(key); });
  return {};
}

// Any thread may enqueue; the loop decides whether it is too early.
void Controller::enqueue(const ObjectKey& key) {
  if (context_.loop().in_loop()) return impl_->add(key.str());
  context_.loop().post([weak = std::weak_ptr<Impl>(impl_), text = key.str()] {
    if (auto impl = weak.lock()) impl->add(text);
  });
}

void Controller::enqueue_after(const ObjectKey& key, Duration delay) {
  if (impl_->queue) impl_->queue->add_after(key.str(), delay);
}

}  // namespace kubus
