// When the change happened that new endpoints of a Service follow from, as programs that measure
// how long it takes to reach the proxies read it.
//
// Thread safety: all members from any thread.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "kubus/api/time.h"
#include "kubus/api/types.h"
#include "kubus/object.h"

namespace k8s::io::api::core::v1 {
class Pod;
class Service;
}  // namespace k8s::io::api::core::v1

namespace kubus {

class TriggerTimes {
 public:
  // The earliest change of the service and the pods it selects (of `pods`) since this was last
  // asked for the service: when a pod became ready or ceased to be, when the service was made.
  // Nothing when there was none.
  std::optional<SystemTime> next(const core_v1::Service& service,
                                 const std::vector<std::shared_ptr<const core_v1::Pod>>& pods);
  void forget(const ObjectKey& service);

  // Writes it on an object that is about to be stored; one without such a time loses the former.
  static void note(const std::optional<SystemTime>& time, meta_v1::ObjectMeta& metadata);

 private:
  struct Seen {
    SystemTime service;
    std::map<std::string, SystemTime> pods;
  };
  std::mutex mutex_;
  std::map<ObjectKey, Seen> seen_;
};

}  // namespace kubus
