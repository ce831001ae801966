// The API contract (sdk/proto/kubus/api.proto) as typed methods of service `api.v1`.
//
// Thread safety: constants.
//
// Most plugins use kubus/client.h and kubus/informer.h instead. A failure is a Response with an
// http_code from 400 on and a Status object as its body; a Watch that cannot begin, or cannot go
// on, ends with that Status.
#pragma once

#include "kubus/api.pb.h"
#include "kubus/rpc.h"

namespace kubus::api {

inline constexpr std::string_view kService = "api.v1";

inline constexpr rpc::Method<Request, Response> kDo{kService, "Do"};
inline constexpr rpc::StreamMethod<WatchRequest, WatchItem> kWatch{kService, "Watch"};

}  // namespace kubus::api
