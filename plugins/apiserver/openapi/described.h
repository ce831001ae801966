// Kinds whose objects no message describes, but a schema that is known at run time: how they stand
// in the documents.
//
// Thread safety: pure functions.
#pragma once

#include <boost/json/value.hpp>
#include <functional>
#include <string>

#include "kubus/api/resource.h"
#include "openapi/operations.h"
#include "openapi/schemas.h"

namespace kubus::apiserver {

struct DescribedKind {
  const ResourceInfo* resource = nullptr;
  std::string name;       // of the schema: "com.example.v1.CronTab"
  std::string list_kind;  // "CronTabList"
  // The schema in its JSON form; null where everything goes.
  std::function<boost::json::value()> schema;
};

SchemaNames described_names(const DescribedKind& kind);
void add_described(SchemaSet& types, const DescribedKind& kind, OpenApiVersion version);

}  // namespace kubus::apiserver
