#include "respond/views.h"

#include "custom/table.h"
#include "kubus/api/json.h"
#include "kubus/api/types.h"

namespace kubus::apiserver {

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

TableOptions table_options(const Query& query) {
  TableOptions options;
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

std::string type_prefix(const ResourceInfo& resource) {
  return "{\"kind\":\"" + resource.kind + "\",\"apiVersion\":\"" + resource.api_version() + "\",";
}

}  // namespace kubus::apiserver
