// Which operation a call is, and whether it is one at all: resources, verbs, subresources.
//
// Thread safety: set up before the first call; handle() from any thread.
#pragma once

#include <map>
#include <string>

#include "custom/catalog.h"
#include "registry/registry.h"

namespace kubus::apiserver {

class Api {
 public:
  using Handler = std::function<void(CallPtr, Done)>;

  Api(Registry& registry, const KindCatalog& kinds) : registry_(registry), kinds_(kinds) {}

  // `name` is "group/plural/subresource", or "group/plural" for what is not stored; "*/subresource"
  // for that of every custom kind.
  void add(const std::string& name, const std::string& verb, Handler handler);
  // Whether nothing of the request's group is built in, so that what is no custom resource is no
  // path of an API at all.
  bool is_foreign(const RequestInfo& info) const {
    return !kinds_.served()->is_built_in(info.path);
  }
  // Whether the path of a custom kind has a namespace where it must have none, or none where it must
  // have one: it is no path at all, as the reference sees it.
  static bool is_outside_scope(const Call& call);
  // Finds the resource and checks that the verb exists on it.
  Status resolve(Call& call);
  // Any verb but watch; the call has been resolved.
  void handle(CallPtr call, Done done);

 private:
  void serve(CallPtr call, Done done);
  // A call about a version that is not stored becomes one about the version that is.
  void handle_version(const Version& version, CallPtr call, Done done);
  // Sets resource and cache of the call; false when there is no such resource.
  bool find(Call& call) const;
  void handle_stored(CallPtr call, Done done);
  static bool is_part(const Call& call);
  void handle_part(CallPtr call, Done done);

  Registry& registry_;
  const KindCatalog& kinds_;
  std::map<std::string, Handler, std::less<>> handlers_;  // by "name verb"
};

}  // namespace kubus::apiserver
