// Rules that every workload controller, the scheduler and the node share: when a pod counts as
// active, ready or available, what a selector matches, which pods go first, how a pod is made from
// a template.
//
// Thread safety: pure functions.
//
// Source of the rules: the behaviour of Kubernetes' own controllers (pkg/controller), which clients
// rely on.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kubus/api/time.h"
#include "kubus/api/types.h"
#include "kubus/object.h"
#include "kubus/status.h"

namespace k8s::io::api::core::v1 {
class Pod;
class PodTemplateSpec;
class PodCondition;
}  // namespace k8s::io::api::core::v1
namespace k8s::io::apimachinery::pkg::apis::meta::v1 {
class LabelSelector;
}

namespace kubus {

// Its containers have ended for good.
bool is_pod_finished(const core_v1::Pod& pod);
// Neither finished nor being deleted.
bool is_pod_active(const core_v1::Pod& pod);
bool is_pod_ready(const core_v1::Pod& pod);
// Ready for at least `min_ready_seconds`. When it is ready but not yet that long, `wait` (if given)
// is how long it still takes.
bool is_pod_available(const core_v1::Pod& pod, int min_ready_seconds, SystemTime now,
                      std::chrono::nanoseconds* wait = nullptr);
// Null when the pod has no such condition.
const core_v1::PodCondition* find_condition(const core_v1::Pod& pod, std::string_view type);

// A LabelSelector made ready for matching. An empty selector matches everything.
class LabelMatcher {
 public:
  // kInvalid for an unknown operator or a requirement without needed values.
  static Result<LabelMatcher> make(const meta_v1::LabelSelector& selector);
  static LabelMatcher from_map(const std::map<std::string, std::string>& labels);
  // Any map of strings: protobuf's, std::map.
  template <class Map>
  bool matches(const Map& labels) const {
    for (const Requirement& r : requirements_) {
      auto it = labels.find(r.key);
      if (!r.accepts(it == labels.end() ? nullptr : &it->second)) return false;
    }
    return true;
  }
  bool empty() const { return requirements_.empty(); }

 private:
  enum class Operator { kIn, kNotIn, kExists, kDoesNotExist };
  struct Requirement {
    bool accepts(const std::string* value) const;
    std::string key;
    Operator op;
    std::vector<std::string> values;
  };
  std::vector<Requirement> requirements_;
};

// The order in which a controller with too many pods gives them up, first to go first: not assigned
// before assigned, pending before unknown before running, not ready before ready, lower deletion
// cost, more pods of the same owner on the node (`ranks`), ready for a shorter time, more restarts,
// younger.
void sort_for_deletion(std::vector<std::shared_ptr<const core_v1::Pod>>& pods,
                       const std::map<std::string, int>& pods_per_node);

// A pod of `owner` (controller reference set) with the template's metadata and spec, named
// "<prefix>-" by generateName.
core_v1::Pod pod_from_template(const core_v1::PodTemplateSpec& tmpl, const Message& owner,
                               std::string_view prefix);

// "<text>" hashed to the short form used in pod-template-hash labels: only characters that cannot
// form words.
std::string safe_hash(std::string_view text);
// The pod-template-hash of a template: equal for equal templates, changed by a collision count.
std::string template_hash(const core_v1::PodTemplateSpec& tmpl, const std::int32_t* collisions);

}  // namespace kubus
