#include "live.h"

#include <google/protobuf/message.h>
#include <k8s/meta/v1/object_meta.pb.h>

#include "kubus/api/json.h"

namespace kubus::gc {

namespace {

ApiClient::RawRequest request(std::string_view verb, const ResourceInfo& resource,
                              const ObjectKey& key) {
  ApiClient::RawRequest out;
  out.verb = verb;
  out.group = resource.group;
  out.version = resource.version;
  out.resource = resource.plural;
  out.ns = key.ns;
  out.name = key.name;
  out.query = {{"asStored", "true"}};
  return out;
}

std::string quoted(std::string_view text) {
  std::string out;
  append_json_string(text, out);
  return out;
}

}  // namespace

Result<LiveObject> Live::get(const Kind& resource, const ObjectKey& key) {
  auto body = client_->raw(request("get", *resource, key));
  if (!body.ok()) return body.status();
  std::shared_ptr<Message> object = new_message(*resource);
  if (Status s = from_json(*body, *object); !s.ok()) return s.annotate("reading " + key.str());
  LiveObject out;
  out.node = node_of(resource, *object);
  const Message& constant = *object;
  const meta_v1::ObjectMeta* metadata = metadata_of(constant);
  if (!metadata) return Status(Code::kInternalError, "no metadata in " + key.str());
  out.resource_version = metadata->resourceversion();
  out.finalizers.assign(metadata->finalizers().begin(), metadata->finalizers().end());
  out.object = std::move(object);
  return out;
}

Status Live::remove(const LiveObject& object, std::string_view propagation) {
  auto call = request("delete", *object.node.resource, object.node.key);
  call.body = R"({"kind":"DeleteOptions","apiVersion":"v1","propagationPolicy":)" +
              quoted(propagation) + R"(,"preconditions":{"uid":)" + quoted(object.node.uid) +
              R"(,"resourceVersion":)" + quoted(object.resource_version) + "}}";
  return client_->raw(call).status();
}

Status Live::patch(const LiveObject& object, const std::string& field) {
  auto call = request("patch", *object.node.resource, object.node.key);
  call.patch_type = "application/merge-patch+json";
  call.body = R"({"metadata":{"uid":)" + quoted(object.node.uid) + R"(,"resourceVersion":)" +
              quoted(object.resource_version) + "," + field + "}}";
  return client_->raw(call).status();
}

Status Live::set_finalizers(const LiveObject& object, const std::vector<std::string>& finalizers) {
  std::string field;
  for (const std::string& finalizer : finalizers)
    field += (field.empty() ? "" : ",") + quoted(finalizer);
  return patch(object, "\"finalizers\":" + (field.empty() ? "null" : "[" + field + "]"));
}

Status Live::set_owners(const LiveObject& object, const std::function<bool(const OwnerRef&)>& keep,
                        bool unblock) {
  std::string field;
  int index = 0;
  for (meta_v1::OwnerReference ref : metadata_of(*object.object)->ownerreferences()) {
    if (!keep(object.node.owners[index++])) continue;
    if (unblock && ref.blockownerdeletion()) ref.set_blockownerdeletion(false);
    if (!field.empty()) field += ",";
    append_json(ref, field, {.type_meta = false});
  }
  return patch(object, "\"ownerReferences\":" + (field.empty() ? "null" : "[" + field + "]"));
}

}  // namespace kubus::gc
