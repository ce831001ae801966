// The network contract (sdk/proto/kubus/network.proto) as typed methods of service `network.v1`.
//
// Thread safety: constants.
//
// All methods may be repeated without harm; give CallOptions{.idempotent = true}. A Setup takes
// milliseconds; ten seconds are a generous timeout.
#pragma once

#include "kubus/network.pb.h"
#include "kubus/rpc.h"

namespace kubus::network {

inline constexpr std::string_view kService = "network.v1";

inline constexpr rpc::Method<SetupRequest, SetupResponse> kSetup{kService, "Setup"};
inline constexpr rpc::Method<TeardownRequest, TeardownResponse> kTeardown{kService, "Teardown"};
inline constexpr rpc::Method<CheckRequest, CheckResponse> kCheck{kService, "Check"};
inline constexpr rpc::Method<NetworkStatusRequest, NetworkStatusResponse> kStatus{kService,
                                                                                  "Status"};
inline constexpr rpc::StreamMethod<WatchNetworkStatusRequest, NetworkStatusResponse> kWatchStatus{
    kService, "WatchStatus"};
inline constexpr rpc::Method<ReconcileRequest, ReconcileResponse> kReconcile{kService, "Reconcile"};

}  // namespace kubus::network
