#include "watched_objects.h"

#include <k8s/core/v1/config_map.pb.h>
#include <k8s/core/v1/secret.pb.h>

#include <map>
#include <mutex>
#include <set>

#include "kubus/client.h"
#include "kubus/context.h"
#include "kubus/informer.h"
#include "pod_references.h"

namespace kubus::kubelet {

using ChangedFn = std::function<void(const std::string&)>;

// The watched objects of one kind.
template <class T>
class WatchedKind : public std::enable_shared_from_this<WatchedKind<T>> {
 public:
  using Ptr = std::shared_ptr<const T>;

  WatchedKind(Context& context, std::string noun, ChangedFn changed)
      : context_(context),
        client_(ApiClient::of(context)),
        noun_(std::move(noun)),
        changed_(std::move(changed)) {}

  void track(const std::string& uid, const std::string& ns, const std::set<std::string>& names) {
    std::vector<std::unique_ptr<Informer<T>>> ended;  // destroyed without the lock: may wait
    std::lock_guard lock(mutex_);
    for (const std::string& name : names) watch({ns, name}).pods.insert(uid);
    for (auto it = watches_.begin(); it != watches_.end();) {
      const bool wanted = it->first.ns == ns && names.contains(it->first.name);
      if (!wanted) it->second.pods.erase(uid);
      if (it->second.pods.empty()) {
        ended.push_back(std::move(it->second.informer));
        it = watches_.erase(it);
      } else {
        ++it;
      }
    }
  }

  Result<Ptr> get(const ObjectKey& key) {
    {
      std::lock_guard lock(mutex_);
      auto it = watches_.find(key);
      if (it != watches_.end() && it->second.informer->synced()) {
        if (Ptr object = it->second.informer->get(key)) return object;
        return missing(key);
      }
    }
    auto object = client_->template get<T>(key);
    if (object.code() == Code::kNotFound && !object.ok()) return missing(key);
    if (!object.ok()) return object.status();
    return std::make_shared<const T>(std::move(*object));
  }

 private:
  struct Watch {
    std::set<std::string> pods;  // uids
    std::unique_ptr<Informer<T>> informer;
  };

  Status missing(const ObjectKey& key) const {
    return Status(Code::kNotFound, noun_ + " \"" + key.name + "\" not found");
  }

  Watch& watch(const ObjectKey& key) {
    Watch& slot = watches_[key];
    if (slot.informer) return slot;
    InformerOptions only;
    only.ns = key.ns;
    only.field_selector = "metadata.name=" + key.name;
    slot.informer = std::make_unique<Informer<T>>(context_, only);
    slot.informer->on_change([weak = this->weak_from_this(), key](const auto&, const auto&) {
      if (auto self = weak.lock()) self->tell(key);
    });
    return slot;
  }

  void tell(const ObjectKey& key) {
    std::set<std::string> pods;
    {
      std::lock_guard lock(mutex_);
      if (auto it = watches_.find(key); it != watches_.end()) pods = it->second.pods;
    }
    for (const std::string& uid : pods) changed_(uid);
  }

  Context& context_;
  const std::shared_ptr<ApiClient> client_;
  const std::string noun_;
  const ChangedFn changed_;
  std::mutex mutex_;
  std::map<ObjectKey, Watch> watches_;
};

struct WatchedObjects::Impl {
  std::shared_ptr<WatchedKind<core_v1::ConfigMap>> config_maps;
  std::shared_ptr<WatchedKind<core_v1::Secret>> secrets;
};

WatchedObjects::WatchedObjects(Context& context, ChangedFn changed)
    : impl_(std::make_shared<Impl>()) {
  impl_->config_maps =
      std::make_shared<WatchedKind<core_v1::ConfigMap>>(context, "configmap", changed);
  impl_->secrets = std::make_shared<WatchedKind<core_v1::Secret>>(context, "secret", changed);
}
WatchedObjects::~WatchedObjects() = default;

void WatchedObjects::track(const core_v1::Pod& pod) {
  const PodReferences references = references_of(pod);
  const auto& meta = pod.metadata();
  impl_->config_maps->track(meta.uid(), meta.namespace_(), references.config_maps);
  impl_->secrets->track(meta.uid(), meta.namespace_(), references.secrets);
}

void WatchedObjects::forget(const std::string& uid) {
  impl_->config_maps->track(uid, "", {});
  impl_->secrets->track(uid, "", {});
}

Result<ObjectSource::ConfigMapPtr> WatchedObjects::config_map(const std::string& ns,
                                                              const std::string& name) {
  return impl_->config_maps->get({ns, name});
}
Result<ObjectSource::SecretPtr> WatchedObjects::secret(const std::string& ns,
                                                       const std::string& name) {
  return impl_->secrets->get({ns, name});
}

}  // namespace kubus::kubelet
