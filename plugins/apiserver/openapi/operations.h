// Operations: the paths of a resource and what can be done at each.
//
// Thread safety: pure functions.
#pragma once

#include <string>

#include "kubus/api/resource.h"
#include "openapi/json_out.h"
#include "openapi/schemas.h"

namespace kubus::apiserver {

// The names of the schemas of its objects and of lists of them.
struct SchemaNames {
  std::string object, list;
  bool strategic = true;  // there is a strategic merge of them
};
SchemaNames schema_names(const ResourceInfo& resource);

// Writes every path of the resource as a member of the open "paths" object.
void write_paths(JsonOut& out, const ResourceInfo& resource, const SchemaNames& names,
                 OpenApiVersion version);

// The types that these paths refer to, apart from the common ones.
void add_types(SchemaSet& types, const ResourceInfo& resource);
// Those that every document refers to: DeleteOptions, Status, WatchEvent.
void add_common_types(SchemaSet& types);

}  // namespace kubus::apiserver
