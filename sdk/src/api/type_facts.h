// What the registry needs of every type at start: less than a full description, and cheaper.
#pragma once

#include <google/protobuf/descriptor.h>

#include <string>

namespace kubus {

struct TypeFacts {
  bool object = false;
  std::string group;
  std::string version;

  std::string api_version() const { return group.empty() ? version : group + "/" + version; }
};

TypeFacts read_type_facts(const google::protobuf::Descriptor& type);

}  // namespace kubus
