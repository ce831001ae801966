// Defaults: the values that fields get where a client leaves them out.
//
// Thread safety: pure functions; what they look up is built on first use and immutable from then
// on.
//
// Applied after decoding and before admission and validation, on create as on update. Applying them
// twice changes nothing. What depends on other objects (addresses, ports, service accounts) is not
// done here.
#pragma once

#include "kubus/api/resource.h"

namespace kubus::apiserver {

void apply_defaults(google::protobuf::Message& object);
inline void apply_defaults(google::protobuf::Message& object, const ResourceInfo& /*resource*/) {
  apply_defaults(object);
}

}  // namespace kubus::apiserver
