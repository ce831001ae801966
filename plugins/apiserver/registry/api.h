// Which operation a call is, and whether it is one at all: resources, verbs, subresources.
//
// Thread safety: set up before the first call; handle() from any thread.
#pragma once

#include <map>
#include <string>

#include "registry/registry.h"

namespace kubus::apiserver {

class Api {
 public:
  using Handler = std::function<void(CallPtr, Done)>;

  explicit Api(Registry& registry) : registry_(registry) {}

  // `name` is "group/plural/subresource", or "group/plural" for what is not stored.
  void add(const std::string& name, const std::string& verb, Handler handler);
  // Finds the resource and checks that the verb exists on it.
  Status resolve(Call& call);
  // Any verb but watch; the call has been resolved.
  void handle(CallPtr call, Done done);

 private:
  // A call about a version that is not stored becomes one about the version that is.
  void handle_version(const Version& version, CallPtr call, Done done);
  void handle_stored(CallPtr call, Done done);
  static bool is_part(const Call& call);
  void handle_part(CallPtr call, Done done);

  Registry& registry_;
  std::map<std::string, Handler, std::less<>> handlers_;  // by "name verb"
};

}  // namespace kubus::apiserver
