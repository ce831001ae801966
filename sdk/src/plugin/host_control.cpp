// "kubus.host.v1": how the kernel controls a host process.
#include <utility>

#include "kubus/rpc.h"
#include "plugin/host_core.h"
#include "plugin/instance_impl.h"

namespace kubus::plugin {
namespace {

Status missing(const std::string& id, std::uint64_t generation) {
  return {Code::kNotFound, id + "." + std::to_string(generation) + " does not run here"};
}

}  // namespace

void HostCore::serve_control() {
  using namespace kernel;  // NOLINT(google-build-using-namespace): messages only
  bus::Service service;
  rpc::handle(
      service, rpc::Method<ConfigureRequest, ConfigureReply>{kHostService, "Configure"},
      [this](const bus::Caller&, ConfigureRequest request, rpc::Answer<ConfigureReply> answer) {
        const auto instance = find(request.id(), request.generation());
        if (!instance) return answer(missing(request.id(), request.generation()));
        Config::Values values;
        for (const auto& [key, value] : request.values()) values[key] = value;
        instance->configure(Config(std::move(values)));
        answer(ConfigureReply());
      });
  rpc::handle(
      service, rpc::Method<StopRequest, StopReply>{kHostService, "Stop"},
      [this](const bus::Caller&, const StopRequest& request, rpc::Answer<StopReply> answer) {
        const auto instance = find(request.id(), request.generation());
        if (!instance) return answer(missing(request.id(), request.generation()));
        instance->stop(std::chrono::milliseconds(request.deadline_ms()));
        answer(StopReply());
      });
  rpc::handle(
      service, rpc::Method<InspectRequest, InspectReply>{kHostService, "Inspect"},
      [this](const bus::Caller&, const InspectRequest&, rpc::Answer<InspectReply> answer) {
        InspectReply reply;
        for (kubus::Instance* one : instances()) {
          const InstanceReport report{
              one->context().id(), one->context().generation(), id(), one->state(), one->why(),
              one->residue()};
          *reply.add_instances() = bus::encode_report(report);
        }
        answer(reply);
      });
  static_cast<void>(self_->server().serve(kHostService, std::move(service)));
}

}  // namespace kubus::plugin
