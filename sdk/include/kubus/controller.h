// Controller: a reconcile function of one object, and a declaration of what it watches.
//
//   class Greeter : public kubus::Plugin {
//    public:
//     using Plugin::Plugin;
//     kubus::Status start() override {
//       controller_.watch<core_v1::Pod>(...)...
//       return controller_.reconcile<core_v1::ConfigMap>([this](const core_v1::ConfigMap& map) {
//         ...
//         return kubus::Outcome::done();
//       });
//     }
//    private:
//     kubus::Controller controller_{context(), "greeter"};
//   };
//
// Thread safety: set up from Plugin::start; the reconcile function runs on the context's Pool,
// never twice at once for one key, and may call ApiClient. Handlers given here run on the Loop.
//
// Level-triggered: the function is told which object to look at, never what happened; it runs at
// any time, with caches at least as new as this controller's own writes.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "kubus/client.h"
#include "kubus/context.h"
#include "kubus/informer.h"
#include "kubus/object.h"
#include "kubus/status.h"
#include "kubus/work_queue.h"

namespace kubus {

class Controller {
 public:
  Controller(Context& context, std::string name);
  ~Controller();
  Controller(const Controller&) = delete;
  Controller& operator=(const Controller&) = delete;

  // How many keys are reconciled at once (default 2).
  Controller& workers(std::size_t count);
  ApiClient& client();

  // The informer for T, made on first use. Only declared kinds are readable from caches.
  template <class T>
  Informer<T>& informer(const InformerOptions& options = {}) {
    auto& slot = informers_[T::descriptor()];
    if (!slot) {
      auto made = std::make_shared<Informer<T>>(context_, options);
      add_cache(made->cache(), T::descriptor());
      slot = std::move(made);
    }
    return *static_cast<Informer<T>*>(slot.get());
  }

  // Changes of T that is controlled by a `Primary` enqueue that owner.
  template <class T>
  Controller& owns(const InformerOptions& options = {}) {
    informer<T>(options).on_change([this](const auto& old, const auto& now) {
      enqueue_owner(old.get());
      enqueue_owner(now.get());
    });
    return *this;
  }
  // Changes of T enqueue the keys that `map(object)` returns (std::vector<ObjectKey>).
  template <class T, class Map>
  Controller& watch(Map map, const InformerOptions& options = {}) {
    informer<T>(options).on_change([this, map](const auto& old, const auto& now) {
      if (old)
        for (const ObjectKey& key : map(*old)) enqueue(key);
      if (now)
        for (const ObjectKey& key : map(*now)) enqueue(key);
    });
    return *this;
  }

  // The common form: called with the cached object; not called for one that is gone. Call last: it
  // starts the controller.
  template <class T, class F>
  Status reconcile(F function, const InformerOptions& options = {}) {
    Informer<T>& primary = informer<T>(options);
    return reconcile_key<T>(
        [&primary, function = std::move(function)](const ObjectKey& key) -> Outcome {
          auto object = primary.get(key);
          return object ? Outcome(function(*object)) : Outcome::done();
        },
        options);
  }
  // For controllers that must act on objects that are gone.
  template <class T>
  Status reconcile_key(std::function<Outcome(const ObjectKey&)> function,
                       const InformerOptions& options = {}) {
    informer<T>(options).on_change([this](const auto& old, const auto& now) {
      enqueue(key_of(now ? static_cast<const Message&>(*now) : *old));
    });
    return start(T::descriptor(), std::move(function));
  }

  void enqueue(const ObjectKey& key);
  void enqueue_after(const ObjectKey& key, Duration delay);

 private:
  void add_cache(ObjectCache& cache, const google::protobuf::Descriptor* kind);
  void enqueue_owner(const Message* object);
  Status start(const google::protobuf::Descriptor* primary,
               std::function<Outcome(const ObjectKey&)> function);

  struct Impl;
  Context& context_;
  std::map<const google::protobuf::Descriptor*, std::shared_ptr<void>> informers_;
  std::shared_ptr<Impl> impl_;
};

}  // namespace kubus
