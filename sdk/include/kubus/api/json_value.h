// Between API objects and Boost.JSON values, for code that edits trees: patches, custom resources.
//
// Thread safety: functions without state; they do not throw. Only forward declarations here:
// include <boost/json.hpp> where values are made.
#pragma once

#include <string>
#include <string_view>

#include "kubus/api/json.h"
#include "kubus/status.h"

namespace boost::json {
class value;
}

namespace kubus {

// As from_json of the text; duplicate keys no longer exist in a value.
Status from_json(const boost::json::value& json, google::protobuf::Message& message,
                 const DecodeOptions& options = {});

// Sets `out` to the object as a tree, as to_json writes it.
Status to_json_value(const google::protobuf::Message& message, boost::json::value& out,
                     const EncodeOptions& options = {});

// Parses any JSON with the limits of `options`, also strings with invalid UTF-8 (replaced). With
// `strict_errors` or `strict`, duplicate keys are reported as from_json does.
Status parse_json(std::string_view json, boost::json::value& out,
                  const DecodeOptions& options = {});

// Writes a tree as Go writes a map[string]any: keys sorted, escaped for HTML. With `sorted` false
// keys keep their order.
void append_json(const boost::json::value& json, std::string& out, bool sorted = true);

}  // namespace kubus
