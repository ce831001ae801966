// The API on the bus: the same pipeline from authorization on.
//
// Thread safety: everything on the plugin's loop.
#pragma once

#include <memory>
#include <set>

#include "audit/audit.h"
#include "auth/authorizer.h"
#include "auth/plugin_permissions.h"
#include "kubus/api_contract.h"
#include "registry/api.h"
#include "watch/bus_watch.h"

namespace kubus::apiserver {

class BusApi {
 public:
  BusApi(Registry& registry, Api& api, Authorizers& authorizers, PluginPermissions& permissions);
  // Requests are recorded by `audit`, which outlives this.
  void record_with(audit::Audit& audit) { audit_ = &audit; }
  // Offers api.v1.
  Status serve(bus::Server& server);

 private:
  void on_do(const bus::Caller& caller, api::Request request, rpc::Answer<api::Response> answer);
  void on_watch(const bus::Caller& caller, const api::WatchRequest& request,
                bus::StreamWriter writer);
  // The answer of a call that may not be made is recorded.
  Result<CallPtr> make_call(const bus::Caller& caller, const api::Resource& resource,
                            std::string verb, api::Encoding accept);
  Status check_access(Call& call);
  void record_answer(const Call& call, const api::Response& response);

  Registry& registry_;
  Api& api_;
  Authorizers& authorizers_;
  PluginPermissions& permissions_;
  audit::Audit* audit_ = nullptr;
  std::set<std::shared_ptr<BusWatch>> watches_;
};

}  // namespace kubus::apiserver
