// Answers in the form the client accepts: objects, lists, tables, metadata alone; in JSON, YAML or
// protobuf.
//
// Thread safety: free functions.
#pragma once

#include <string>
#include <vector>

#include "cache/object.h"
#include "kubus/bytes.h"
#include "registry/call.h"

namespace kubus::apiserver {

struct Encoded {
  int code = 200;
  Format format = Format::kJson;
  std::vector<Bytes> body;  // JSON ends with a newline
};

Encoded encode_answer(const Call& call, const Answer& answer);

// One object as the client of a watch sees it; JSON without a newline. `headers`: a table gets its
// column definitions.
Bytes encode_watched(const ObjectPtr& object, const Call& call, bool headers);
// The object of a bookmark.
Bytes encode_bookmark(const ResourceInfo& resource, std::int64_t revision, bool initial_end,
                      const Accepted& accepted);

}  // namespace kubus::apiserver
