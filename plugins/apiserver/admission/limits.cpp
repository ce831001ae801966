#include "admission/limits.h"

#include <k8s/core/v1/limit_range.pb.h>
#include <k8s/core/v1/persistent_volume_claim.pb.h>
#include <k8s/core/v1/pod.pb.h>

#include <cstdio>

namespace kubus::apiserver {
namespace {

using core_v1::LimitRangeItem;

// What one container, pod or claim asks for, and what it may use.
struct Asked {
  Amounts requests, limits;
};

class Bounds {
 public:
  Bounds(const LimitRangeItem& item, std::vector<std::string>& broken)
      : type_(item.type()),
        min_(amounts_of(item.min())),
        max_(amounts_of(item.max())),
        ratio_(amounts_of(item.maxlimitrequestratio())),
        broken_(broken) {}

  void check_min(const Asked& asked) const {
    for (const auto& [name, bound] : min_) {
      const auto* request = find(asked.requests, name);
      const auto* limit = find(asked.limits, name);
      const auto text = usage("minimum ", name, bound);
      if (!request)
        broken_.push_back(text + ".  No request is specified");
      else if (*request < bound)
        broken_.push_back(text + ", but request is " + request->to_string());
      else if (limit && *limit < bound)
        broken_.push_back(text + ", but limit is " + limit->to_string());
    }
  }

  void check_max(const Asked& asked) const {
    for (const auto& [name, bound] : max_) {
      const auto* request = find(asked.requests, name);
      const auto* limit = find(asked.limits, name);
      const auto text = usage("maximum ", name, bound);
      if (!limit)
        broken_.push_back(text + ".  No limit is specified");
      else if (*limit > bound)
        broken_.push_back(text + ", but limit is " + limit->to_string());
      else if (request && *request > bound)
        broken_.push_back(text + ", but request is " + request->to_string());
    }
  }

  // Claims have requests alone.
  void check_max_request(const Asked& asked) const {
    for (const auto& [name, bound] : max_) {
      const auto* request = find(asked.requests, name);
      const auto text = usage("maximum ", name, bound);
      if (!request)
        broken_.push_back(text + ".  No request is specified");
      else if (*request > bound)
        broken_.push_back(text + ", but request is " + request->to_string());
    }
  }

  void check_ratio(const Asked& asked) const {
    for (const auto& [name, bound] : ratio_) {
      const auto* request = find(asked.requests, name);
      const auto* limit = find(asked.limits, name);
      const auto text =
          name + " max limit to request ratio per " + type_ + " is " + bound.to_string();
      if (!request || request->is_zero()) {
        broken_.push_back(text + ", but no request is specified or request is 0");
      } else if (!limit || limit->is_zero()) {
        broken_.push_back(text + ", but no limit is specified or limit is 0");
      } else if (const double ratio = limit->to_double() / request->to_double();
                 ratio > bound.to_double()) {
        char shown[64];
        std::snprintf(shown, sizeof(shown), "%f", ratio);
        broken_.push_back(text + ", but provided ratio is " + shown);
      }
    }
  }

  void check_all(const Asked& asked) const {
    check_min(asked);
    check_max(asked);
    check_ratio(asked);
  }

 private:
  static const QuantityValue* find(const Amounts& amounts, const std::string& name) {
    const auto found = amounts.find(name);
    return found == amounts.end() ? nullptr : &found->second;
  }
  std::string usage(const char* which, const std::string& name, const QuantityValue& bound) const {
    return which + name + " usage per " + type_ + " is " + bound.to_string();
  }

  std::string type_;
  Amounts min_, max_, ratio_;
  std::vector<std::string>& broken_;
};

}  // namespace

std::vector<std::string> broken_limits(const core_v1::LimitRange& range, const core_v1::Pod& pod) {
  std::vector<std::string> broken;
  for (const auto& item : range.spec().limits()) {
    const Bounds bounds(item, broken);
    if (item.type() == "Container")
      for (const auto* list : {&pod.spec().containers(), &pod.spec().initcontainers()})
        for (const auto& container : *list)
          bounds.check_all({amounts_of(container.resources().requests()),
                            amounts_of(container.resources().limits())});
    if (item.type() == "Pod") bounds.check_all({pod_requests(pod.spec()), pod_limits(pod.spec())});
  }
  return broken;
}

std::vector<std::string> broken_limits(const core_v1::LimitRange& range,
                                       const core_v1::PersistentVolumeClaim& claim) {
  std::vector<std::string> broken;
  const Asked asked{amounts_of(claim.spec().resources().requests()), {}};
  for (const auto& item : range.spec().limits()) {
    if (item.type() != "PersistentVolumeClaim") continue;
    const Bounds bounds(item, broken);
    bounds.check_min(asked);
    bounds.check_max_request(asked);
  }
  return broken;
}

}  // namespace kubus::apiserver
