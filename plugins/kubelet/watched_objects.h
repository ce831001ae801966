// WatchedObjects: the ConfigMaps and Secrets that the pods of this node refer to, kept up to date
// by a watch of each, and of nothing else.
//
// Thread safety: all members from any thread; config_map() and secret() may block for one API call
// while a watch is new: never from the Loop.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "environment.h"

namespace kubus {
class Context;
}

namespace kubus::kubelet {

class WatchedObjects {
 public:
  // `changed(pod uid)` for each pod that refers to an object that changed, came or went.
  WatchedObjects(Context& context, std::function<void(const std::string& uid)> changed);
  ~WatchedObjects();

  // Watches exactly what `pod` refers to, beside what other pods do.
  void track(const core_v1::Pod& pod);
  void forget(const std::string& uid);

  Result<ObjectSource::ConfigMapPtr> config_map(const std::string& ns, const std::string& name);
  Result<ObjectSource::SecretPtr> secret(const std::string& ns, const std::string& name);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace kubus::kubelet
