// YAML at the border: bodies that come in it and answers that are wanted in it. Inside there is
// JSON only.
//
// Thread safety: free functions; nothing throws.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kubus/status.h"

namespace kubus::apiserver {

// One YAML document as JSON text. kBadRequest for what is no YAML or has no JSON form,
// kRequestEntityTooLarge for more than 250,000 values. Of a key that comes again in an object the
// last value counts; `repeated`, unless null, gets one sentence for each.
Result<std::string> yaml_to_json(std::string_view yaml,
                                 std::vector<std::string>* repeated = nullptr);
// JSON text as a YAML document, keys sorted.
Result<std::string> json_to_yaml(std::string_view json);

}  // namespace kubus::apiserver
