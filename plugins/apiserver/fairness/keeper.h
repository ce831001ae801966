// Makes the default flow schemas and priority levels at the start of the server and keeps them: the
// mandatory ones as they must be, the others as long as their annotation
// apf.kubernetes.io/autoupdate-spec says so, or nobody has changed them. Defaults of former
// versions go.
//
// Thread safety: run() on the loop; one run at a time for each Keeper.
#pragma once

#include <memory>

#include "fairness/default_objects.h"
#include "registry/registry.h"

namespace kubus::apiserver::fairness {

class Keeper : public std::enable_shared_from_this<Keeper> {
 public:
  explicit Keeper(Registry& registry) : registry_(registry) {}
  // `done` gets the first failure, or ok, when all are as they should be.
  void run(UniqueFunction<void(Status)> done);

 private:
  template <class Object>
  void settle(const std::vector<Object>& wanted);
  template <class Object>
  void settle_one(const Object& wanted);
  void remove(const ResourceInfo& resource, const std::string& name);
  void finish(const std::string& name, const Status& status);

  Registry& registry_;
  std::size_t left_ = 1;  // run() itself
  Status failure_;
  UniqueFunction<void(Status)> done_;
};

// Makes `object` what it should be, given the default. False: it is so already.
bool revise(FlowSchema& object, const FlowSchema& wanted);
bool revise(PriorityLevelConfiguration& object, const PriorityLevelConfiguration& wanted);

}  // namespace kubus::apiserver::fairness
