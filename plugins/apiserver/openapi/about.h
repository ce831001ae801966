// Operations about the API itself: which groups, versions and resources there are, the version of
// the server, whose tokens it takes.
//
// Thread safety: free functions.
#pragma once

#include <string>
#include <vector>

#include "kubus/api/resource.h"
#include "openapi/json_out.h"
#include "openapi/schemas.h"

namespace kubus::apiserver {

struct About {
  std::string page;  // of version 3: "apis/apps", whose path is "/apis/apps/"
  std::string operation, tag, description;
  std::string schema;  // its name; empty: a text
  std::string type;    // that it is in; empty: any of those that objects are in
};

// Those of a server that has these resources.
std::vector<About> all_about(const std::vector<const ResourceInfo*>& resources);

// Writes the path as a member of the open "paths" object.
void write_about(JsonOut& out, const About& about, OpenApiVersion version);
void add_about_types(SchemaSet& types, const About& about);

}  // namespace kubus::apiserver
