// What the author of an object should know of it though nothing is wrong: clients show these texts.
//
// Thread safety: a pure function.
#pragma once

#include <google/protobuf/message.h>

#include <string>
#include <vector>

namespace kubus::apiserver {

// `old` is null for a creation.
void add_warnings(const google::protobuf::Message& object, const google::protobuf::Message* old,
                  std::vector<std::string>& out);

}  // namespace kubus::apiserver
