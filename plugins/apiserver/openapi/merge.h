// The OpenAPI v2 documents of other servers within ours, as the reference merges them: of each what
// is about its group, and definitions of the same name that differ under names of their own.
//
// Thread safety: pure functions.
#pragma once

#include <boost/json/object.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kubus/status.h"

namespace kubus::apiserver {

struct SwaggerPart {
  boost::json::object paths, definitions, parameters;
  boost::json::object info = {};  // of the document as a whole
};

// Of a document of any origin: the paths below "/apis/GROUP/" and what these refer to.
// kBadRequest: it is no such document.
Result<SwaggerPart> part_of_group(std::string_view document, const std::string& group);

// `document`, which OpenApi::document_v2() wrote, with the parts. The first that has a path keeps
// it. A definition that is there already under its name, but says something else, is called
// "NAME_v2", "NAME_v3" and so on.
std::string merge_v2(std::string_view document,
                     const std::vector<std::shared_ptr<const SwaggerPart>>& parts);

}  // namespace kubus::apiserver
