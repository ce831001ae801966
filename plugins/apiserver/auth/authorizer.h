// Authorization: may this identity do this? Authorizers are asked in turn; the first that allows
// ends the matter.
//
// Thread safety: allows() from any thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "auth/identity.h"
#include "kubus/status.h"
#include "request/request_info.h"

namespace kubus::apiserver {

class Authorizer {
 public:
  virtual ~Authorizer() = default;
  virtual bool allows(const Identity& identity, const RequestInfo& info) = 0;
};

// Members of system:masters may do everything.
std::unique_ptr<Authorizer> make_masters_authorizer();
// Everybody may ask for health and version, and whoever is known who they are and what they may.
std::unique_ptr<Authorizer> make_everybody_authorizer();

using Authorizers = std::vector<std::unique_ptr<Authorizer>>;
// kForbidden, in the words clients know, when nobody allows it.
Status authorize(const Authorizers& authorizers, const Identity& identity, const RequestInfo& info);

}  // namespace kubus::apiserver
