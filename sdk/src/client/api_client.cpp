#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <k8s/meta/v1/list_meta.pb.h>

#include <algorithm>
#include <map>
#include <mutex>

#include "api_error.h"
#include "kubus/api.pb.h"
#include "kubus/api/json.h"
#include "kubus/api/protobuf.h"
#include "kubus/api/resource.h"
#include "kubus/client.h"
#include "kubus/context.h"
#include "kubus/rpc.h"

namespace kubus {
namespace {

constexpr rpc::Method<api::Request, api::Response> kDo{"api.v1", "Do"};
constexpr int kListPage = 1000;

std::string_view media_type(PatchType type) {
  switch (type) {
    case PatchType::kJson:
      return "application/json-patch+json";
    case PatchType::kMerge:
      return "application/merge-patch+json";
    case PatchType::kStrategicMerge:
      return "application/strategic-merge-patch+json";
  }
  return "";
}

std::string_view policy_name(Propagation policy) {
  switch (policy) {
    case Propagation::kBackground:
      return "Background";
    case Propagation::kForeground:
      return "Foreground";
    case Propagation::kOrphan:
      return "Orphan";
    case Propagation::kDefault:
      break;
  }
  return "";
}

std::string delete_body(const DeleteOptions& options) {
  std::string body = R"({"kind":"DeleteOptions","apiVersion":"v1")";
  if (options.grace_period_seconds >= 0)
    body += ",\"gracePeriodSeconds\":" + std::to_string(options.grace_period_seconds);
  if (options.propagation != Propagation::kDefault)
    body += ",\"propagationPolicy\":\"" + std::string(policy_name(options.propagation)) + "\"";
  if (!options.uid.empty() || !options.resource_version.empty()) {
    body += ",\"preconditions\":{";
    if (!options.uid.empty()) body += "\"uid\":\"" + options.uid + "\"";
    if (!options.resource_version.empty()) {
      if (!options.uid.empty()) body += ",";
      body += "\"resourceVersion\":\"" + options.resource_version + "\"";
    }
    body += "}";
  }
  return body + "}";
}

// Hands the items of a decoded list over without copying them.
void move_items(Message& list, const std::function<Message&()>& next) {
  const auto* items = list.GetDescriptor()->FindFieldByName("items");
  if (!items) return;
  const auto* reflection = list.GetReflection();
  for (int i = 0; i < reflection->FieldSize(list, items); ++i) {
    Message* item = reflection->MutableRepeatedMessage(&list, items, i);
    Message& out = next();
    out.GetReflection()->Swap(&out, item);
  }
}

class BusApiClient final : public ApiClient {
 public:
  explicit BusApiClient(Context& context) : context_(context) {}

  std::int64_t last_written(const google::protobuf::Descriptor* kind) const override {
    std::lock_guard lock(mutex_);
    auto it = written_.find(kind);
    return it == written_.end() ? 0 : it->second;
  }

  Result<std::string> raw(const RawRequest& raw) override {
    api::Request request;
    request.set_verb(raw.verb);
    auto& resource = *request.mutable_resource();
    resource.set_group(raw.group);
    resource.set_version(raw.version);
    resource.set_resource(raw.resource);
    resource.set_namespace_(raw.ns);
    resource.set_name(raw.name);
    resource.set_subresource(raw.subresource);
    for (const auto& [key, value] : raw.query) (*request.mutable_query())[key] = value;
    request.set_body(raw.body);
    request.set_patch_type(raw.patch_type);
    auto reply = perform(request);
    if (!reply.ok()) return reply.status();
    return std::move(*reply->mutable_body());
  }

 protected:
  Status read(const google::protobuf::Descriptor* kind, const ObjectKey& key,
              std::string_view subresource, Message& out) override {
    return exchange(request_for("get", kind, key, subresource), out);
  }

  Status read_list(const google::protobuf::Descriptor* kind, const ListOptions& options,
                   const std::function<Message&()>& next) override {
    api::Request request = request_for("list", kind, {options.ns, ""}, "");
    auto& query = *request.mutable_query();
    if (!options.label_selector.empty()) query["labelSelector"] = options.label_selector;
    if (!options.field_selector.empty()) query["fieldSelector"] = options.field_selector;
    query["limit"] = std::to_string(kListPage);
    const ResourceInfo* info = resource_of(*kind);
    for (;;) {
      auto reply = perform(request);
      if (!reply.ok()) return reply.status();
      const std::unique_ptr<Message> page = new_list(*info);
      if (Status s = from_protobuf(reply->body(), *page); !s.ok()) return s;
      move_items(*page, next);
      const std::string token = list_metadata_of(*page)->continue_();
      if (token.empty()) return {};
      query["continue"] = token;
    }
  }

  Status write(std::string_view verb, const Message& object, std::string_view subresource,
               Message& out) override {
    ObjectKey key = key_of(object);
    if (verb == "create") key.name.clear();
    api::Request request = request_for(verb, object.GetDescriptor(), key, subresource);
    request.set_body(to_protobuf(object));
    request.set_body_encoding(api::PROTOBUF);
    return note(exchange(request, out), out);
  }

  Status patch_raw(const google::protobuf::Descriptor* kind, const ObjectKey& key, PatchType type,
                   std::string_view body, std::string_view subresource, Message& out) override {
    api::Request request = request_for("patch", kind, key, subresource);
    request.set_body(std::string(body));
    request.set_patch_type(std::string(media_type(type)));
    return note(exchange(request, out), out);
  }

  Status remove_raw(const google::protobuf::Descriptor* kind, const ObjectKey& key,
                    const DeleteOptions& options) override {
    api::Request request = request_for("delete", kind, key, "");
    request.set_body(delete_body(options));
    return perform(request).status();
  }

  Status post_raw(const google::protobuf::Descriptor* kind, const ObjectKey& key,
                  std::string_view subresource, const Message& body, Message& out) override {
    api::Request request = request_for("create", kind, key, subresource);
    request.set_body(to_protobuf(body));
    request.set_body_encoding(api::PROTOBUF);
    return exchange(request, out);
  }

 private:
  static api::Request request_for(std::string_view verb, const google::protobuf::Descriptor* kind,
                                  const ObjectKey& key, std::string_view subresource) {
    const ResourceInfo* info = resource_of(*kind);
    api::Request request;
    request.set_verb(std::string(verb));
    auto& resource = *request.mutable_resource();
    resource.set_group(info->group);
    resource.set_version(info->version);
    resource.set_resource(info->plural);
    resource.set_namespace_(key.ns);
    resource.set_name(key.name);
    resource.set_subresource(std::string(subresource));
    request.set_accept(api::PROTOBUF);
    return request;
  }

  Result<api::Response> perform(const api::Request& request) {
    bus::CallOptions options;
    options.idempotent = request.verb() == "get" || request.verb() == "list";
    auto reply = rpc::call_wait(context_.bus(), kDo, request, options);
    if (!reply.ok()) return reply;
    if (reply->http_code() >= 400) return api_error(*reply);
    return reply;
  }

  Status exchange(const api::Request& request, Message& out) {
    auto reply = perform(request);
    if (!reply.ok()) return reply.status();
    return from_protobuf(reply->body(), out);
  }

  Status note(Status status, const Message& out) {
    if (!status.ok()) return status;
    std::lock_guard lock(mutex_);
    auto& newest = written_[out.GetDescriptor()];
    newest = std::max(newest, resource_version_of(out));
    return status;
  }

  Context& context_;
  mutable std::mutex mutex_;
  std::map<const google::protobuf::Descriptor*, std::int64_t> written_;
};

}  // namespace

std::shared_ptr<ApiClient> ApiClient::of(Context& context) {
  return std::static_pointer_cast<ApiClient>(
      context.shared("kubus.api_client", [&context]() -> std::shared_ptr<void> {
        std::shared_ptr<ApiClient> client = std::make_shared<BusApiClient>(context);
        return client;
      }));
}

}  // namespace kubus
