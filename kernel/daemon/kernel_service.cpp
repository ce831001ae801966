#include "daemon/kernel_service.h"

#include <unistd.h>

#include "kubus/kernel.pb.h"
#include "kubus/kernel_verbs.h"
#include "kubus/rpc.h"

namespace kubus::kernel {
namespace {

StatusReply status_reply(Host& host, const Supervisor& supervisor, Clock::time_point since) {
  const auto& settings = supervisor.settings();
  StatusReply reply;
  reply.set_version(std::string(own_version()));
  reply.set_abi(std::string(own_abi_tag()));
  reply.set_pid(::getpid());
  reply.set_up_seconds(std::chrono::duration<double>(Clock::now() - since).count());
  reply.set_run_dir(settings.text("run_dir"));
  reply.set_state_dir(settings.text("state_dir"));
  reply.set_config_file(settings.config_file);
  for (const auto& directory : settings.list("plugin_dirs")) reply.add_plugin_dirs(directory);
  for (const auto& plugin : supervisor.list()) ++(*reply.mutable_states())[plugin.state()];
  for (const auto& record : host.directory()->services()) {
    auto* service = reply.add_services();
    service->set_name(record.name);
    service->set_active(record.active);
    *service->mutable_providers() = {record.providers.begin(), record.providers.end()};
  }
  return reply;
}

// Answers with the plugin's state once it has settled.
template <class Verb>
auto plugin_verb(Supervisor& supervisor, Verb verb) {
  return [&supervisor, verb](const bus::Caller&, PluginRequest request,
                             rpc::Answer<PluginReply> answer) {
    verb(supervisor, request,
         [&supervisor, request, answer = std::move(answer)](const Status& status) mutable {
           if (!status.ok()) return answer(Result<PluginReply>(status));
           PluginReply reply;
           for (auto& info : supervisor.list())
             if (info.name() == request.name() || info.path() == request.path())
               *reply.mutable_plugin() = std::move(info);
           answer(Result<PluginReply>(std::move(reply)));
         });
  };
}

auto by_name(void (Supervisor::*verb)(const std::string&, Supervisor::Reply)) {
  return [verb](Supervisor& supervisor, const PluginRequest& request, Supervisor::Reply reply) {
    (supervisor.*verb)(request.name(), std::move(reply));
  };
}

}  // namespace

Status serve_kernel(Host& host, Supervisor& supervisor,
                    std::function<Status(ReloadReply&)> reload) {
  using Reply = Supervisor::Reply;
  bus::Service service;
  rpc::handle(service, verbs::kStatus,
              [&host, &supervisor, since = Clock::now()](const bus::Caller&, const StatusRequest&,
                                                         rpc::Answer<StatusReply> answer) {
                answer(Result<StatusReply>(status_reply(host, supervisor, since)));
              });
  rpc::handle(service, verbs::kList,
              [&supervisor](const bus::Caller&, const ListRequest&, rpc::Answer<ListReply> answer) {
                ListReply reply;
                for (auto& info : supervisor.list()) *reply.add_plugins() = std::move(info);
                answer(Result<ListReply>(std::move(reply)));
              });
  rpc::handle(service, verbs::kLoad,
              plugin_verb(supervisor, [](Supervisor& s, const PluginRequest& request, Reply done) {
                s.load(request.path(), request.name(), std::move(done));
              }));
  rpc::handle(service, verbs::kUnload, plugin_verb(supervisor, by_name(&Supervisor::unload)));
  rpc::handle(service, verbs::kRestart, plugin_verb(supervisor, by_name(&Supervisor::restart)));
  rpc::handle(service, verbs::kUpgrade, plugin_verb(supervisor, by_name(&Supervisor::upgrade)));
  rpc::handle(service, verbs::kConfig,
              [&supervisor](const bus::Caller&, const ConfigRequest& request,
                            rpc::Answer<ConfigReply> answer) {
                answer(Result<ConfigReply>(supervisor.configuration(request.section())));
              });
  rpc::handle(
      service, verbs::kReload,
      [reload = std::move(reload)](const bus::Caller&, const ReloadRequest&,
                                   rpc::Answer<ReloadReply> answer) {
        ReloadReply reply;
        auto status = reload(reply);
        answer(status.ok() ? Result<ReloadReply>(std::move(reply)) : Result<ReloadReply>(status));
      });
  return host.self().context().server().serve(verbs::kService, std::move(service));
}

}  // namespace kubus::kernel
