// YAML at the border: bodies that come in it and answers that are wanted in it. Inside there is
// JSON only.
//
// Thread safety: free functions; nothing throws.
//
// Read and written as go.yaml.in/yaml/v2 does it, which is libyaml and YAML 1.1: 0644 is octal, yes
// is a truth value, and the words about mistakes are libyaml's.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kubus/status.h"

namespace kubus::apiserver {

// The first document of a YAML text as JSON. kBadRequest for what is no YAML or has no JSON form,
// kRequestEntityTooLarge for more than 250,000 values. Of a key that comes again in an object the
// last value counts; `repeated`, unless null, gets one sentence for each.
Result<std::string> yaml_to_json(std::string_view yaml,
                                 std::vector<std::string>* repeated = nullptr);
// JSON text as a YAML document, keys sorted as people do: a2 before a10.
Result<std::string> json_to_yaml(std::string_view json);

}  // namespace kubus::apiserver
