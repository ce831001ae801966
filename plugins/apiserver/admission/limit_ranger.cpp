#include <google/protobuf/message.h>
#include <k8s/core/v1/limit_range.pb.h>
#include <k8s/core/v1/persistent_volume_claim.pb.h>
#include <k8s/core/v1/pod.pb.h>

#include "admission/aggregate.h"
#include "admission/limits.h"
#include "admission/plugins.h"

namespace kubus::apiserver {
namespace {

using core_v1::Container;
using core_v1::LimitRange;
using core_v1::Pod;

constexpr const char* kAnnotation = "kubernetes.io/limit-ranger";

// Sets what `map` lacks; the names of it, as a list.
std::string fill(const Amounts& defaults, AmountMap& map) {
  std::string names;
  for (const auto& [name, amount] : defaults) {
    if (map.contains(name)) continue;
    amount.store(map[name]);
    names += (names.empty() ? "" : ", ") + name;
  }
  return names;
}

class LimitRanger final : public Admission {
 public:
  explicit LimitRanger(ClusterCache& cache) : ranges_(*cache.find("", "limitranges")) {}

  Status admit(const AdmissionCall& admission) override {
    if (!concerns_pod(admission)) return {};
    auto& pod = *static_cast<Pod*>(admission.object);
    for (const auto& range : ranges_in(admission.call.info.ns)) set_defaults(*range, pod);
    return {};
  }

  Status validate(const AdmissionCall& admission) override {
    const bool is_claim = admission.is("", "persistentvolumeclaims") && !admission.deletes();
    if (!is_claim && !concerns_pod(admission)) return {};
    if (metadata_of(static_cast<const Message&>(*admission.object))->has_deletiontimestamp())
      return {};
    for (const auto& range : ranges_in(admission.call.info.ns)) {
      const auto broken =
          is_claim
              ? broken_limits(*range,
                              static_cast<const core_v1::PersistentVolumeClaim&>(*admission.object))
              : broken_limits(*range, static_cast<const Pod&>(*admission.object));
      if (!broken.empty()) return errors::forbidden(admission.subject(), aggregate(broken));
    }
    return {};
  }

 private:
  using RangePtr = std::shared_ptr<const LimitRange>;

  // What a pod asks for is settled when it is made, and by a resize.
  static bool concerns_pod(const AdmissionCall& admission) {
    return (admission.is("", "pods") && admission.creates()) ||
           (admission.is("", "pods", "resize") && admission.updates());
  }

  std::vector<RangePtr> ranges_in(const std::string& ns) const {
    std::vector<RangePtr> ranges;
    ranges_.for_each(ns, [&](const ObjectPtr& object) {
      ranges.push_back(std::static_pointer_cast<const LimitRange>(object->decoded()));
    });
    return ranges;
  }

  static void set_defaults(const LimitRange& range, Pod& pod) {
    Amounts limits, requests;
    for (const auto& item : range.spec().limits()) {
      if (item.type() != "Container") continue;
      for (const auto& [name, amount] : amounts_of(item.default_())) limits[name] = amount;
      for (const auto& [name, amount] : amounts_of(item.defaultrequest())) requests[name] = amount;
    }
    if (limits.empty() && requests.empty()) return;
    std::string done;
    const auto set = [&](const char* type, Container& container) {
      auto& resources = *container.mutable_resources();
      const auto note = [&](const std::string& names, const char* what) {
        if (names.empty()) return;
        done += (done.empty() ? "" : "; ") + names + " " + what + " for " + type + " " +
                container.name();
      };
      const auto limited = fill(limits, *resources.mutable_limits());
      note(fill(requests, *resources.mutable_requests()), "request");
      note(limited, "limit");
    };
    for (auto& container : *pod.mutable_spec()->mutable_containers()) set("container", container);
    for (auto& container : *pod.mutable_spec()->mutable_initcontainers())
      set("init container", container);
    if (!done.empty())
      (*pod.mutable_metadata()->mutable_annotations())[kAnnotation] =
          "LimitRanger plugin set: " + done;
  }

  ResourceCache& ranges_;
};

}  // namespace

std::unique_ptr<Admission> make_limit_ranger(const AdmissionContext& context) {
  return std::make_unique<LimitRanger>(context.cache);
}

}  // namespace kubus::apiserver
