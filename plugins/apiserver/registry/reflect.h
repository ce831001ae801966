// The parts that most kinds have in common, reached by name: status, spec.
//
// Thread safety: free functions.
#pragma once

#include <memory>
#include <string_view>

#include "kubus/object.h"

namespace kubus::apiserver {

// Makes `name` of `to` what it is in `from`, a message of the same type.
void copy_field(const Message& from, Message& to, std::string_view name);
void clear_field(Message& object, std::string_view name);
bool has_field(const Message& object, std::string_view name);
std::unique_ptr<Message> clone(const Message& object);
// The JSON that is stored: without a resourceVersion.
std::string stored_json(Message& object);

}  // namespace kubus::apiserver
