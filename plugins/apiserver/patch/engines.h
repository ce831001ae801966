// The engine behind each patch type. Bodies are parsed; documents are changed in place.
//
// Thread safety: pure functions.
#pragma once

#include <boost/json/value.hpp>
#include <string>

#include "kubus/status.h"

namespace google::protobuf {
class Descriptor;
}

namespace kubus::apiserver {

Status apply_json_patch(boost::json::value& document, const boost::json::value& patch);
void apply_merge_patch(boost::json::value& target, const boost::json::value& patch);
// Consumes `patch`.
Status apply_strategic_merge(boost::json::object& original, boost::json::object patch,
                             const google::protobuf::Descriptor* schema);

// How many levels of arrays and objects are inside each other; 0 for a scalar.
std::size_t json_depth(const boost::json::value& value);

// A value as Go's %v prints it: map[a:1 b:[x y]].
std::string go_text(const boost::json::value& value);

}  // namespace kubus::apiserver
