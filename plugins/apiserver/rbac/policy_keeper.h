// Makes the default roles and bindings at the start of the server, and puts back what is missing of
// those that exist. What somebody added stays, and so does all of an object whose annotation
// rbac.authorization.kubernetes.io/autoupdate says "false".
//
// Thread safety: run() on the loop, once.
#pragma once

#include <memory>
#include <vector>

#include "registry/registry.h"

namespace kubus::apiserver::rbac {

class PolicyKeeper : public std::enable_shared_from_this<PolicyKeeper> {
 public:
  explicit PolicyKeeper(Registry& registry);
  // `done` gets the first failure, or ok, when all are as they should be.
  void run(UniqueFunction<void(Status)> done);

 private:
  void add(const Message& object);
  void settle(const Message& wanted);
  void create(const Message& wanted);
  void replace(const Message& wanted);
  void complete(const Message& wanted);
  CallPtr make_call(const Message& wanted, const char* verb) const;
  void finish(const Message& wanted, const Status& status);

  Registry& registry_;
  std::vector<std::unique_ptr<const Message>> wanted_;
  std::size_t left_ = 0;
  Status failure_;
  UniqueFunction<void(Status)> done_;
};

// Whether `object`, once it has what it lacks of `wanted`, differs from what it was. Both are of
// the same one of the four kinds. Nothing is added where the object is not to be updated.
bool complete(Message& object, const Message& wanted);
// A binding cannot be completed when it refers to another role.
bool refers_elsewhere(const Message& object, const Message& wanted);

}  // namespace kubus::apiserver::rbac
