// The views of objects that are not the objects themselves.
//
// Thread safety: free functions.
#pragma once

#include <k8s/meta/v1/partial_object_metadata.pb.h>

#include <string>

#include "cache/object.h"
#include "registry/call.h"
#include "table/table.h"

namespace kubus::apiserver {

// {"kind":"PartialObjectMetadata",...} around the metadata as it stands.
std::string metadata_json(std::string_view metadata, const Accepted& accepted);
meta_v1::PartialObjectMetadata metadata_message(const Object& object);
// They refer to `accepted`.
TableOptions table_options(const Query& query, const Accepted& accepted);

// Rows of any resource, custom ones among them.
std::string object_table(const ResourceInfo& resource, std::span<const TableRow> rows,
                         const TableOptions& options);

// kNotAcceptable when the metadata of one object was asked for and the answer is a list, or the
// other way round.
Status check_view(const Call& call, const Answer& answer);

// What `json` of an object of this resource begins with: kind and apiVersion, which items of lists
// do not have.
std::string type_prefix(const ResourceInfo& resource);

}  // namespace kubus::apiserver
