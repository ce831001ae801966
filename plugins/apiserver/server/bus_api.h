// The API on the bus: the same pipeline from authorization on.
//
// Thread safety: everything on the plugin's loop.
#pragma once

#include <memory>
#include <optional>
#include <set>

#include "audit/audit.h"
#include "auth/authorizer.h"
#include "auth/plugin_permissions.h"
#include "fairness/bus_turns.h"
#include "kubus/api_contract.h"
#include "registry/api.h"
#include "watch/bus_watch.h"

namespace kubus::apiserver {

class BusApi {
 public:
  BusApi(Registry& registry, Api& api, Authorizers& authorizers, PluginPermissions& permissions);
  // Requests are recorded by `audit`, which outlives this.
  void record_with(audit::Audit& audit) { audit_ = &audit; }
  // Requests get their turn from `fairness`, which outlives this.
  void share_by(fairness::Fairness& fairness) {
    turns_.emplace(fairness, registry_.cache(), registry_.context().loop());
  }
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
  // `go` runs with what the call holds while it is served, or does not run, after `refuse` did.
  template <class Go, class Refuse>
  void take_turn(const CallPtr& call, Go go, Refuse refuse);
  using AnswerPtr = std::shared_ptr<rpc::Answer<api::Response>>;
  void serve_call(const CallPtr& call, const AnswerPtr& answer, fairness::Seats seats);
  void serve_watch(const CallPtr& call, WatchRequest watch, bus::StreamWriter writer);
  void record_answer(const Call& call, const api::Response& response);

  Registry& registry_;
  Api& api_;
  Authorizers& authorizers_;
  PluginPermissions& permissions_;
  audit::Audit* audit_ = nullptr;
  std::optional<fairness::BusTurns> turns_;
  std::set<std::shared_ptr<BusWatch>> watches_;
};

}  // namespace kubus::apiserver
