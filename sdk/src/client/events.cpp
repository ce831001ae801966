#include "kubus/events.h"

#include <chrono>
#include <deque>
#include <functional>
#include <mutex>
#include <unordered_map>

#include "k8s/core/v1/event.pb.h"
#include "kubus/api/resource.h"
#include "kubus/api/time.h"
#include "kubus/api/types.h"
#include "kubus/client.h"
#include "kubus/context.h"

namespace kubus {
namespace {

// The reference's recorder: 25 events at once per source and object, then one each 5 minutes; the
// last 4096 distinct events are counted instead of repeated.
constexpr double kBurst = 25;
constexpr std::chrono::minutes kRefill{5};
constexpr std::size_t kRemembered = 4096;
constexpr std::size_t kLongestQueue = 1000;

using Clock = std::chrono::steady_clock;

std::string unique_suffix() {
  static std::atomic<std::uint64_t> counter{0};
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  char text[24];
  std::snprintf(text, sizeof text, "%llx",
                static_cast<unsigned long long>(
                    std::chrono::duration_cast<std::chrono::nanoseconds>(now).count() +
                    static_cast<long long>(counter++)));
  return text;
}

std::string dedup_key(const core_v1::Event& event) {
  const auto& about = event.involvedobject();
  return about.uid() + "\n" + about.fieldpath() + "\n" + about.name() + "\n" + event.type() + "\n" +
         event.reason() + "\n" + event.message();
}

}  // namespace

struct EventRecorder::Impl : std::enable_shared_from_this<Impl> {
  struct Bucket {
    double tokens = kBurst;
    Clock::time_point last = Clock::now();
    bool take() {
      const auto now = Clock::now();
      tokens = std::min(kBurst, tokens + std::chrono::duration<double>(now - last) / kRefill);
      last = now;
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    }
  };

  Impl(Context& c, std::string comp, std::string h)
      : context(c), client(ApiClient::of(c)), component(std::move(comp)), host(std::move(h)) {}

  core_v1::Event describe(const Message& about, std::string_view field_path, std::string_view type,
                          std::string_view reason, std::string_view message) const {
    const ResourceInfo* info = resource_of(*about.GetDescriptor());
    const ObjectKey key = key_of(about);
    core_v1::Event event;
    auto& object = *event.mutable_involvedobject();
    if (info) {
      object.set_kind(info->kind);
      object.set_apiversion(info->api_version());
    }
    object.set_namespace_(key.ns);
    object.set_name(key.name);
    object.set_uid(uid_of(about));
    if (const auto version = resource_version_of(about); version > 0)
      object.set_resourceversion(std::to_string(version));
    object.set_fieldpath(std::string(field_path));
    event.set_type(std::string(type));
    event.set_reason(std::string(reason));
    event.set_message(std::string(message.substr(0, 1024)));
    event.mutable_source()->set_component(component);
    event.mutable_source()->set_host(host);
    event.set_reportingcomponent(component);
    event.set_reportinginstance(host);
    auto& meta = *event.mutable_metadata();
    meta.set_namespace_(key.ns.empty() ? "default" : key.ns);
    meta.set_name(key.name + "." + unique_suffix());
    set_now(*event.mutable_lasttimestamp());
    *event.mutable_firsttimestamp() = event.lasttimestamp();
    event.set_count(1);
    return event;
  }

  void enqueue(core_v1::Event event) {
    std::lock_guard lock(mutex);
    if (!buckets[event.involvedobject().uid() + event.involvedobject().name()].take()) return;
    if (buckets.size() > kRemembered) buckets.clear();
    if (queue.size() >= kLongestQueue) return;
    queue.push_back(std::move(event));
    if (sending) return;
    sending = context.pool().post([self = shared_from_this()] { self->send_all(); });
  }

  void send_all() {
    for (;;) {
      core_v1::Event event;
      {
        std::lock_guard lock(mutex);
        if (queue.empty()) {
          sending = false;
          return;
        }
        event = std::move(queue.front());
        queue.pop_front();
      }
      send(event);
    }
  }

  void send(core_v1::Event& event) {
    const std::string key = dedup_key(event);
    if (auto it = known.find(key); it != known.end() && count_again(it->second, event)) return;
    auto created = client->create(event);
    if (!created.ok()) {
      // A namespace that is going away takes no events; that is no news.
      if (created.code() != Code::kForbidden && created.code() != Code::kCancelled)
        context.log().warn("event not stored", {{"reason", event.reason()},
                                                {"about", event.involvedobject().name()},
                                                {"error", created.status().to_string()}});
      return;
    }
    if (known.size() >= kRemembered) known.clear();
    known[key] = {{created->metadata().namespace_(), created->metadata().name()}, 1};
  }

  struct Known {
    ObjectKey key;
    int count;
  };

  bool count_again(Known& known_event, const core_v1::Event& event) {
    const std::string body = "{\"count\":" + std::to_string(known_event.count + 1) +
                             ",\"lastTimestamp\":\"" + format_time(to_time(event.lasttimestamp())) +
                             "\"}";
    auto patched = client->patch<core_v1::Event>(known_event.key, PatchType::kStrategicMerge, body);
    if (!patched.ok()) return false;
    ++known_event.count;
    return true;
  }

  Context& context;
  std::shared_ptr<ApiClient> client;
  const std::string component;
  const std::string host;
  std::mutex mutex;
  std::deque<core_v1::Event> queue;
  std::unordered_map<std::string, Bucket> buckets;
  bool sending = false;
  // Touched by the one sender only.
  std::unordered_map<std::string, Known> known;
};

EventRecorder::EventRecorder(Context& context, std::string component, std::string host)
    : impl_(std::make_shared<Impl>(context, std::move(component), std::move(host))) {}
EventRecorder::~EventRecorder() = default;

void EventRecorder::normal(const Message& about, std::string_view reason,
                           std::string_view message) {
  record(about, "", "Normal", reason, message);
}

void EventRecorder::warning(const Message& about, std::string_view reason,
                            std::string_view message) {
  record(about, "", "Warning", reason, message);
}

void EventRecorder::record(const Message& about, std::string_view field_path, std::string_view type,
                           std::string_view reason, std::string_view message) {
  impl_->enqueue(impl_->describe(about, field_path, type, reason, message));
}

}  // namespace kubus
