// The engine behind each patch type. Bodies are parsed; documents are changed in place.
//
// Thread safety: pure functions.
#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "kubus/status.h"

namespace google::protobuf {
class Descriptor;
}

namespace kubus::apiserver {

// Checks that `patch` is a list of operations; unknown members of them go to `mistakes`, which may
// be null.
Status check_operations(const boost::json::value& patch, std::vector<std::string>* mistakes);
// `patch` has passed check_operations().
Status apply_json_patch(boost::json::value& document, const boost::json::value& patch);
// Nulls mean "remove", which a value that is new has no use for; items of lists stay.
void drop_nulls(boost::json::value& value);
void apply_merge_patch(boost::json::value& target, const boost::json::value& patch);
// Consumes `patch`.
Status apply_strategic_merge(boost::json::object& original, boost::json::object patch,
                             const google::protobuf::Descriptor* schema);

// How many levels of arrays and objects are inside each other; 0 for a scalar.
std::size_t json_depth(const boost::json::value& value);

// "json: cannot unmarshal array into Go value of type GO_TYPE".
std::string cannot_unmarshal(const boost::json::value& value, std::string_view target);

// A value as Go's %v prints it: map[a:1 b:[x y]].
std::string go_text(const boost::json::value& value);

}  // namespace kubus::apiserver
