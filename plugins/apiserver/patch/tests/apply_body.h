// A patch applied as it comes in a request.
//
// Thread safety: a pure function.
#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "patch/patch.h"

namespace kubus::apiserver {

inline Result<boost::json::value> apply_body(PatchType type, const boost::json::value& document,
                                             std::string_view body,
                                             const google::protobuf::Descriptor* schema) {
  std::vector<std::string> mistakes;
  const auto patch = read_patch(type, body, &mistakes);
  if (!patch.ok()) return patch.status();
  return apply_patch(type, document, *patch, schema);
}

}  // namespace kubus::apiserver
