// YAML to JSON text, for parts of a manifest that the kernel passes on without reading them.
//
// Thread safety: a pure function; include only from files that already use yaml-cpp.
#pragma once

#include <yaml-cpp/yaml.h>

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <string>

namespace kubus::kernel {

inline boost::json::value yaml_to_json_value(const YAML::Node& node) {
  if (node.IsMap()) {
    boost::json::object object;
    for (const auto& pair : node)
      object[pair.first.as<std::string>()] = yaml_to_json_value(pair.second);
    return object;
  }
  if (node.IsSequence()) {
    boost::json::array array;
    for (const auto& item : node) array.push_back(yaml_to_json_value(item));
    return array;
  }
  if (node.IsScalar()) return boost::json::value(node.Scalar());
  return nullptr;
}

// Every scalar becomes a string. Throws YAML::Exception for a key that is no text.
inline std::string yaml_to_json(const YAML::Node& node) {
  return boost::json::serialize(yaml_to_json_value(node));
}

}  // namespace kubus::kernel
