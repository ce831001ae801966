// Connections to pods, nodes and services as objects that admission can look at.
//
// Thread safety: free functions; a Call is used by one thread at a time.
#pragma once

#include <memory>

#include "kubus/object.h"
#include "registry/call.h"

namespace kubus::apiserver {

// PodExecOptions and its like, out of the parameters of the request. Null: what the proxy does for
// the call is no connection.
std::unique_ptr<Message> connect_options(const Call& call);

// Makes the parameters of the call those of options that have been changed. Where a proxy leads to
// is told by the path of the request alone.
void use_connect_options(const Message& options, Call& call);

}  // namespace kubus::apiserver
