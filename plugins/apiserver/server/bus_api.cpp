#include "server/bus_api.h"

#include "custom/kind.h"
#include "respond/encode.h"
#include "respond/status_body.h"

namespace kubus::apiserver {
namespace {

Format format_of(api::Encoding encoding) {
  if (encoding == api::PROTOBUF) return Format::kProtobuf;
  return encoding == api::YAML ? Format::kYaml : Format::kJson;
}

api::Encoding encoding_of(Format format) {
  return format == Format::kProtobuf ? api::PROTOBUF : api::JSON;
}

// Where HTTP has it.
std::string path_of(const RequestInfo& info) {
  std::string path = info.group.empty() ? "/api" : "/apis/" + info.group;
  path += "/" + info.version;
  if (!info.ns.empty()) path += "/namespaces/" + info.ns;
  for (const auto* part : {&info.resource, &info.name, &info.subresource})
    if (!part->empty()) path += "/" + *part;
  return path;
}

api::Response failure_response(const Status& failure, Format format) {
  api::Response response;
  response.set_http_code(status_code(failure));
  const auto body = status_body(failure, format);
  response.set_body(body.data(), body.size());
  response.set_encoding(encoding_of(format));
  return response;
}

api::Response to_bus_response(const Call& call, const Result<Answer>& result) {
  auto response =
      result.ok() ? api::Response() : failure_response(result.status(), call.accepted.format);
  if (result.ok()) {
    auto encoded = encode_answer(call, *result);
    response.set_http_code(encoded.code);
    response.set_encoding(encoding_of(encoded.format));
    auto* body = response.mutable_body();
    for (const auto& piece : encoded.body) body->append(piece.view());
  }
  for (const auto& warning : call.warnings) response.add_warnings(warning);
  return response;
}

// See api.proto. What is written has to be in a version that its writer knows.
bool wants_stored(const Call& call) {
  const auto& verb = call.info.verb;
  return call.query.flag("asStored") && verb != "create" && verb != "update" && verb != "patch";
}

}  // namespace

BusApi::BusApi(Registry& registry, Api& api, Authorizers& authorizers,
               PluginPermissions& permissions)
    : registry_(registry), api_(api), authorizers_(authorizers), permissions_(permissions) {}

Status BusApi::serve(bus::Server& server) {
  bus::Service service;
  rpc::handle(
      service, api::kDo,
      [this](const bus::Caller& caller, api::Request request, rpc::Answer<api::Response> answer) {
        permissions_.with_rules(caller, [this, caller, request = std::move(request),
                                         answer = std::move(answer)]() mutable {
          on_do(caller, std::move(request), std::move(answer));
        });
      });
  rpc::handle(service, api::kWatch,
              [this](const bus::Caller& caller, const api::WatchRequest& request,
                     rpc::ItemWriter<api::WatchItem> writer) {
                permissions_.with_rules(
                    caller, [this, caller, request, writer = std::move(writer)]() mutable {
                      on_watch(caller, request, std::move(writer.raw()));
                    });
              });
  return server.serve(api::kService, std::move(service));
}

Result<CallPtr> BusApi::make_call(const bus::Caller& caller, const api::Resource& resource,
                                  std::string verb, api::Encoding accept) {
  auto call = std::make_shared<Call>();
  auto& info = call->info;
  info.is_resource = true;
  info.verb = std::move(verb);
  info.group = resource.group();
  info.version = resource.version();
  info.resource = resource.resource();
  info.ns = resource.namespace_();
  info.name = resource.name();
  info.subresource = resource.subresource();
  call->accepted.format = format_of(accept);
  if (call->accepted.format == Format::kYaml) call->accepted.format = Format::kJson;
  call->identity.name = "system:kubus:plugin:" + caller.plugin;
  call->identity.groups = {"system:kubus:plugins", "system:authenticated"};
  call->identity.plugin = caller.plugin;
  call->program = caller.plugin;
  call->identity.generation = caller.generation;
  auto status = check_access(*call);
  if (status.ok()) status = api_.resolve(*call);
  if (status.ok() && custom_kind(*call->resource)) call->accepted.format = Format::kJson;
  if (status.ok()) return call;
  record_answer(*call, failure_response(status, Format::kJson));
  return status;
}

Status BusApi::check_access(Call& call) {
  if (audit_)
    call.record = audit_->begin({path_of(call.info), call.program, {}}, call.identity, call.info);
  if (!call.record) return authorize(authorizers_, call.identity, call.info);
  const auto decision = decide(authorizers_, call.identity, call.info);
  audit::note(*call.record, decision);
  if (decision.verdict == Verdict::kAllow) return {};
  return errors::forbidden(call.identity.name, call.info, decision.reason);
}

void BusApi::record_answer(const Call& call, const api::Response& response) {
  if (!call.record) return;
  auto& record = *call.record;
  record.code = response.http_code();
  const auto format = response.encoding() == api::PROTOBUF ? Format::kProtobuf : Format::kJson;
  if (record.code >= 400 && format == Format::kJson) record.failure = response.body();
  if (record.wants_response()) record.response = audit::Body{response.body(), format};
  audit_->write(record, audit::kResponseComplete);
}

void BusApi::on_do(const bus::Caller& caller, api::Request request,
                   rpc::Answer<api::Response> answer) {
  auto made = make_call(caller, request.resource(), request.verb(), request.accept());
  if (!made.ok()) return answer(failure_response(made.status(), format_of(request.accept())));
  auto call = std::move(*made);
  for (auto& [name, value] : *request.mutable_query()) call->query.add(name, value);
  call->as_stored = wants_stored(*call);
  call->body = Bytes(std::move(*request.mutable_body()));
  call->body_format = format_of(request.body_encoding());
  call->patch_type = request.patch_type();
  if (call->record && call->record->wants_request() && !call->body.empty())
    call->record->request = audit::Body{std::string(call->body.view()), call->body_format};
  auto shared = std::make_shared<rpc::Answer<api::Response>>(std::move(answer));
  take_turn(
      call,
      [this, call, shared](fairness::Seats seats) { serve_call(call, shared, std::move(seats)); },
      [this, call, shared](const Status& refused) {
        auto response = failure_response(refused, call->accepted.format);
        record_answer(*call, response);
        (*shared)(std::move(response));
      });
}

template <class Go, class Refuse>
void BusApi::take_turn(const CallPtr& call, Go go, Refuse refuse) {
  if (!turns_) return go(fairness::Seats());
  turns_->take(
      call->identity, call->info, call->query,
      [go = std::move(go), refuse = std::move(refuse)](Result<fairness::Seats> seats) mutable {
        if (!seats.ok()) return refuse(seats.status());
        go(std::move(*seats));
      });
}

void BusApi::serve_call(const CallPtr& call, const AnswerPtr& answer, fairness::Seats seats) {
  api_.handle(call, [this, call, answer, seats = std::move(seats)](Result<Answer> result) mutable {
    auto response = to_bus_response(*call, result);
    record_answer(*call, response);
    seats.release();
    (*answer)(std::move(response));
  });
}

void BusApi::on_watch(const bus::Caller& caller, const api::WatchRequest& request,
                      bus::StreamWriter writer) {
  auto made = make_call(caller, request.resource(), "watch", request.accept());
  if (!made.ok()) return writer.finish(made.status());
  auto call = std::move(*made);
  for (const auto& [name, value] : request.query()) call->query.add(name, value);
  call->as_stored = wants_stored(*call);
  const auto refuse = [this, call](bus::StreamWriter& to, const Status& status) {
    record_answer(*call, failure_response(status, Format::kJson));
    to.finish(status);
  };
  if (!call->cache) return refuse(writer, errors::no_such_path());
  auto watch = read_watch(*call);
  if (!watch.ok()) return refuse(writer, watch.status());
  // It holds seats until it is set up.
  const auto shared = std::make_shared<bus::StreamWriter>(std::move(writer));
  take_turn(
      call,
      [this, call, shared, watch = std::move(*watch)](const fairness::Seats&) mutable {
        serve_watch(call, std::move(watch), std::move(*shared));
      },
      [refuse, shared](const Status& refused) { refuse(*shared, refused); });
}

void BusApi::serve_watch(const CallPtr& call, WatchRequest watch, bus::StreamWriter writer) {
  auto slot = std::make_shared<std::weak_ptr<BusWatch>>();
  auto made_watch = std::make_shared<BusWatch>(registry_.context().loop(), call, std::move(writer),
                                               [this, slot, record = call->record] {
                                                 if (record)
                                                   audit_->write(*record, audit::kResponseComplete);
                                                 if (auto self = slot->lock()) watches_.erase(self);
                                               });
  if (call->record) {
    call->record->code = 200;
    audit_->write(*call->record, audit::kResponseStarted);
  }
  *slot = made_watch;
  watches_.insert(made_watch);
  made_watch->begin(registry_, std::move(watch));
}

}  // namespace kubus::apiserver
