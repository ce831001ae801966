#include "kubus/object_feed.h"

#include <k8s/meta/v1/partial_object_metadata.pb.h>

#include <mutex>

#include "kubus/context.h"
#include "reflector.h"

namespace kubus {
namespace {

// The listener's functions are a plugin's code: they run on its loop only, and not once it is gone.
class Relay : public std::enable_shared_from_this<Relay> {
 public:
  Relay(Loop& loop, FeedListener listener) : loop_(loop), listener_(std::move(listener)) {}

  template <class Call>
  void pass(Call call) {
    loop_.post([self = shared_from_this(), call = std::move(call)] {
      const std::lock_guard lock(self->mutex_);
      if (!self->cancelled_) call(self->listener_);
    });
  }
  // Waits for a call in progress, unless it is that call that cancels.
  void cancel() {
    const std::lock_guard lock(mutex_);
    cancelled_ = true;
  }

 private:
  Loop& loop_;
  std::recursive_mutex mutex_;
  bool cancelled_ = false;
  const FeedListener listener_;
};

}  // namespace

Registration follow_objects(Context& context, const Kind& kind, FeedListener listener) {
  auto seen = std::make_shared<ResourceInfo>(*kind);
  seen->message = meta_v1::PartialObjectMetadata::descriptor();
  seen->list = nullptr;
  auto relay = std::make_shared<Relay>(context.loop(), std::move(listener));
  Reflector::Sink sink;
  sink.begin_replace = [relay] { relay->pass([](const FeedListener& to) { to.begin(); }); };
  sink.put = [relay](ObjectPtr object) {
    relay->pass([object = std::move(object)](const FeedListener& to) { to.put(*object); });
  };
  sink.erase = [relay](ObjectPtr object) {
    relay->pass([object = std::move(object)](const FeedListener& to) { to.erase(*object); });
  };
  sink.end_replace = [relay] { relay->pass([](const FeedListener& to) { to.listed(); }); };
  sink.progress = [](std::int64_t) {};
  Context& home = context.process();
  auto reflector =
      std::make_shared<Reflector>(home, std::move(seen), InformerOptions{}, std::move(sink));
  reflector->start();
  return Registration([relay, reflector, &home] {
    relay->cancel();
    home.loop().post([reflector] { reflector->stop(); });
  });
}

}  // namespace kubus
