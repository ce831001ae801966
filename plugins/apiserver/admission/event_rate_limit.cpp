#include <google/protobuf/message.h>
#include <k8s/core/v1/event.pb.h>

#include "admission/aggregate.h"
#include "admission/plugins.h"

namespace kubus::apiserver {
namespace {

class EventRateLimit final : public Admission {
 public:
  explicit EventRateLimit(const std::vector<EventLimit>& limits) {
    for (const auto& limit : limits) enforcers_.push_back(std::make_unique<Enforcer>(limit));
  }

  Status validate(const AdmissionCall& admission) override {
    if (!admission.is("", "events") || admission.deletes() || admission.call.dry_run()) return {};
    const auto now = std::chrono::steady_clock::now();
    std::vector<std::string> reached;
    // Each of them takes its token, whatever the others say.
    for (const auto& enforcer : enforcers_) {
      const auto key = key_of_event(enforcer->limit.type, admission);
      if (!enforcer->buckets.take(key, now))
        reached.push_back("limit reached on type " + std::string(enforcer->limit.type_name()) +
                          " for key " + key);
    }
    return reached.empty() ? Status() : errors::too_many_requests(aggregate(reached), 1);
  }

 private:
  struct Enforcer {
    explicit Enforcer(const EventLimit& one) : limit(one), buckets(one) {}
    EventLimit limit;
    EventBuckets buckets;
  };

  static std::string key_of_event(EventLimit::Type type, const AdmissionCall& admission) {
    if (type == EventLimit::Type::kNamespace) return admission.call.info.ns;
    if (type == EventLimit::Type::kUser) return admission.call.identity.name;
    if (type == EventLimit::Type::kServer) return {};
    const auto& event = static_cast<const core_v1::Event&>(*admission.object);
    const auto& about = event.involvedobject();
    return event.source().component() + event.source().host() + about.kind() + about.namespace_() +
           about.name() + about.uid() + about.apiversion();
  }

  std::vector<std::unique_ptr<Enforcer>> enforcers_;
};

}  // namespace

std::unique_ptr<Admission> make_event_rate_limit(const AdmissionContext& context) {
  return std::make_unique<EventRateLimit>(context.event_limits);
}

}  // namespace kubus::apiserver
