// The ServiceCIDR that this server's own configuration asks for, named kubernetes.
//
// Thread safety: everything on the loop.
//
// It is made where it is missing and is never changed: ranges that are configured anew belong into
// further ServiceCIDRs.
#pragma once

#include <k8s/networking/v1/service_cidr.pb.h>

#include <string>
#include <vector>

#include "registry/registry.h"

namespace kubus::apiserver {

inline constexpr const char* kDefaultRange = "kubernetes";

// Null where there is none.
const meta_v1::Condition* ready_condition(const networking_v1::ServiceCIDR& range);

class DefaultRange {
 public:
  DefaultRange(Registry& registry, std::vector<std::string> cidrs)
      : registry_(registry), cidrs_(std::move(cidrs)) {}
  // `done` runs once it is there and ready to be used, or with the first failure.
  void start(UniqueFunction<void(Status)> done);
  // Something in the cluster has changed.
  void wake();
  void stop() { running_ = false; }

 private:
  void pass();
  void create();
  void make_ready();
  void settle(const Status& status);
  ResourceCache& ranges() const;

  Registry& registry_;
  const std::vector<std::string> cidrs_;
  UniqueFunction<void(Status)> done_;
  bool running_ = false;
  bool busy_ = false;
  std::int64_t seen_ = -1;
};

}  // namespace kubus::apiserver
