#include "respond/views.h"

#include <google/protobuf/message.h>
#include <k8s/meta/v1/status.pb.h>

#include "custom/kind.h"
#include "custom/table.h"
#include "kubus/api/json.h"
#include "kubus/api/schema.h"
#include "kubus/api/types.h"

namespace kubus::apiserver {
namespace {

// What the reference has in memory for the answer.
std::string go_type(const Call& call, const Answer& answer) {
  const auto& resource = *call.resource;
  const std::string list = answer.list ? "List" : "";
  if (custom_kind(resource)) return "*unstructured.Unstructured" + list;
  std::string group = resource.group, kind = resource.kind;
  if (answer.message) {
    const auto& info = message_info(*answer.message->GetDescriptor());
    group = info.group;
    kind = info.kind;
  }
  group = group.substr(0, group.find('.'));
  // Events of either group are one type.
  if (group.empty() || group == "events") group = "core";
  if (group == "internal") group = "apiserverinternal";
  return "*" + group + "." + kind + list;
}

}  // namespace

std::string metadata_json(std::string_view metadata, const Accepted& accepted) {
  const auto& version = accepted.as_version.empty() ? std::string("v1") : accepted.as_version;
  std::string json = R"({"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/)" + version +
                     "\",\"metadata\":";
  return json.append(metadata).append("}");
}

meta_v1::PartialObjectMetadata metadata_message(const Object& object) {
  meta_v1::PartialObjectMetadata message;
  // What was encoded here can be decoded here.
  (void)from_json(object.metadata(), *message.mutable_metadata()).ok();
  return message;
}

TableOptions table_options(const Query& query, const Accepted& accepted) {
  TableOptions options;
  if (!accepted.as_version.empty()) options.version = accepted.as_version;
  const auto include = query.get("includeObject");
  if (include == "None") options.include_object = IncludeObject::kNone;
  if (include == "Object") options.include_object = IncludeObject::kObject;
  return options;
}

std::string object_table(const ResourceInfo& resource, std::span<const TableRow> rows,
                         const TableOptions& options) {
  const auto* custom = custom_kind(resource);
  return custom ? custom_table(*custom, rows, options) : table_json(resource, rows, options);
}

Status check_view(const Call& call, const Answer& answer) {
  const bool is_status =
      answer.removed ||
      (answer.message && answer.message->GetDescriptor() == meta_v1::Status::descriptor());
  const bool is_list = answer.list.has_value();
  const bool wants_list = call.accepted.as_list;
  if (call.accepted.view != View::kMetadata || is_status || is_list == wants_list) return {};
  const std::string wanted = wants_list ? "List" : "", found = wants_list ? "not a" : "a";
  return Status(Code::kNotAcceptable, "you requested PartialObjectMetadata" + wanted +
                                          ", but the requested object is " + found + " list (" +
                                          go_type(call, answer) + ")");
}

std::string type_prefix(const ResourceInfo& resource) {
  return "{\"kind\":\"" + resource.kind + "\",\"apiVersion\":\"" + resource.api_version() + "\",";
}

}  // namespace kubus::apiserver
