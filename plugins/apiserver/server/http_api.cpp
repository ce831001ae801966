#include "server/http_api.h"

#include "custom/kind.h"
#include "metrics/counted_exchange.h"
#include "proxy/connect_options.h"
#include "registry/owners.h"
#include "registry/reflect.h"
#include "respond/api_errors.h"
#include "registry/patched.h"
#include "registry/write_options.h"
#include "respond/encode.h"
#include "respond/router_words.h"
#include "respond/status_body.h"
#include "respond/views.h"
#include "respond/warning_headers.h"
#include "watch/http_watch.h"

namespace kubus::apiserver {
namespace {

// What the reference says about resources that have had their day; empty for all others.
std::string deprecation(const ResourceInfo& resource) {
  if (const auto* kind = custom_kind(resource)) return kind->deprecation();
  if (!resource.group.empty()) return {};
  if (resource.plural == "endpoints")
    return "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice";
  if (resource.plural == "componentstatuses") return "v1 ComponentStatus is deprecated in v1.19+";
  return {};
}

std::size_t size_of(const http::Response& response) {
  std::size_t size = 0;
  for (const auto& piece : response.body) size += piece.size();
  return size;
}

http::Response to_http_response(const Call& call, Result<Answer> result) {
  http::Response response;
  if (result.ok())
    if (auto status = check_view(call, *result); !status.ok()) result = std::move(status);
  if (!result.ok()) {
    response = call.refusal ? status_response(*call.refusal, call.failure_format)
                            : status_response(result.status(), call.failure_format);
  } else {
    auto encoded = encode_answer(call, *result);
    response.status = encoded.code;
    response.headers.add("Content-Type", std::string(content_type(encoded.format)));
    response.headers.add("Cache-Control", "no-cache, private");
    response.body = std::move(encoded.body);
  }
  auto warnings = call.warnings;
  if (auto old = deprecation(*call.resource); !old.empty())
    warnings.insert(warnings.begin(), std::move(old));
  for (auto& value : warning_headers(warnings)) response.headers.add("Warning", std::move(value));
  return response;
}

// What can be answered in the form that is accepted.
Status check_accepted(const Call& call) {
  if (call.info.verb == "watch" && call.accepted.format == Format::kYaml)
    return not_acceptable(
        "application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch");
  const auto include = call.query.get("includeObject");
  if (call.accepted.view != View::kTable || include.empty() || include == "None" ||
      include == "Metadata" || include == "Object")
    return {};
  return errors::bad_request(
      "Unable to convert to Table as requested: includeObject: Invalid value: \"" +
      std::string(include) + "\": must be 'Metadata', 'Object', 'None', or empty");
}

// Custom resources have no router that would look at this.
std::optional<meta_v1::Status> refused_by_router(const http::Request& request, const Call& call) {
  if (custom_kind(*call.resource)) return std::nullopt;
  if (call.info.verb == "patch")
    if (auto refused = refused_patch(request)) return refused;
  const bool list = call.info.verb == "list" || call.info.verb == "watch";
  return refused_accept(request, list ? kListTypes : kResourceTypes);
}

// Fills in what the header fields say. kNotAcceptable, kUnsupportedMediaType, kBadRequest.
Status read_headers(const http::Request& request, Call& call) {
  // Custom objects have no protobuf form.
  const auto accepted =
      negotiate(request.headers.get("Accept"), custom_kind(*call.resource) == nullptr);
  if (!accepted)
    return not_acceptable(kResourceTypes);
  call.accepted = *accepted;
  KUBUS_TRY(check_accepted(call));
  const auto type = request.headers.get("Content-Type");
  if (call.info.verb == "patch") {
    call.patch_type = media_type(type);
    if (call.patch_type == kApplyPatch) return {};
    return patch_type(call.patch_type, *call.resource).status();
  }
  const auto format = body_format(type);
  if (!format && !request.body.empty())
    return Status(Code::kUnsupportedMediaType,
                  "the body of the request was in an unknown format - accepted media types "
                  "include: " +
                      std::string(kResourceTypes));
  call.body_format = format.value_or(Format::kJson);
  return {};
}

// The reference routes HEAD to proxies, and does not look at the method for custom resources.
bool serves_heads(const Call& call) {
  return call.info.subresource == "proxy" || custom_kind(*call.resource) != nullptr;
}

}  // namespace

void HttpApi::serve_proxied(CallPtr call, std::shared_ptr<http::Exchange> inner,
                            RequestTimer timer) {
  const auto exchange = std::make_shared<CountedExchange>(std::move(inner), std::move(timer));
  auto options = connect_options(*call);
  if (!options) return proxy_.serve(std::move(call), exchange);
  std::shared_ptr<const Message> sent = clone(*options);
  registry_.connect(call, std::move(options),
                    [this, call, sent, exchange](const Result<MessagePtr>& admitted) {
                      if (!admitted.ok())
                        return exchange->respond(to_http_response(*call, admitted.status()));
                      if (!same_content(*sent, **admitted)) use_connect_options(**admitted, *call);
                      proxy_.serve(call, exchange);
                    });
}

void HttpApi::serve(ResourceCall request) {
  auto exchange = std::move(request.exchange);
  auto call = std::make_shared<Call>();
  call->asker = std::move(request.asker);
  call->info = std::move(request.info);
  call->query = std::move(request.query);
  call->identity = std::move(request.identity);
  call->record = std::move(request.record);
  call->program = manager_of_user_agent(exchange->request().headers.get("User-Agent"));
  RequestTimer timer(call->info, call->query, exchange->request().headers.get("Content-Type"));
  const std::string accept(exchange->request().headers.get("Accept"));
  call->failure_format = failure_format(accept);
  const auto refuse = [&](const auto& status) {
    auto response = failure_response(status, accept);
    timer.done(response.status);
    exchange->respond(std::move(response));
  };
  if (auto status = api_.resolve(*call); !status.ok()) {
    if (!call->resource || (!call->info.subresource.empty() && !call->subresource))
      timer.forget_resource();
    const bool is_path = call->resource ? !Api::is_outside_scope(*call)
                                        : !api_.is_foreign(call->info);
    if (is_path) return refuse(status);
    timer.done(404);
    return exchange->respond(no_page());
  }
  if (exchange->request().method == "HEAD" && !serves_heads(*call))
    return refuse(errors::method_not_allowed());
  if (proxy_.handles(*call)) {
    if (!Proxy::allows(*call)) return refuse(errors::method_not_allowed());
    return serve_proxied(std::move(call), std::move(exchange), std::move(timer));
  }
  if (const auto refused = refused_by_router(exchange->request(), *call)) return refuse(*refused);
  if (auto status = read_headers(exchange->request(), *call); !status.ok()) return refuse(status);
  if (call->info.verb == "watch") {
    if (!call->cache && call->resource->has_verb("list"))
      return refuse(errors::method_not_allowed(call->subject(), "watch"));
    if (!call->cache || !call->info.subresource.empty()) return refuse(errors::no_such_path());
    timer.lives_long();
    return serve_watch(registry_, std::move(call), std::move(exchange), std::move(timer));
  }
  call->body = Bytes(std::move(exchange->request().body));
  api_.handle(call, [call, exchange, timer = std::move(timer)](Result<Answer> result) mutable {
    auto response = to_http_response(*call, std::move(result));
    timer.done(response.status, size_of(response));
    exchange->respond(std::move(response));
  });
}

}  // namespace kubus::apiserver
