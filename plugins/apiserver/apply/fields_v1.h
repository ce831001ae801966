// fieldsV1: a FieldSet as JSON, the way it stands in managedFields.
//
// Thread safety: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "apply/field_set.h"
#include "kubus/status.h"

namespace kubus::apiserver {

inline constexpr int kMaxFieldsDepth = 256;

// Byte for byte as the reference writes it.
std::string encode_fields(const FieldSet& fields);
// kBadRequest for what is not such a set. Elements of kinds that are not known are left out.
Result<FieldSet> decode_fields(std::string_view json);
// Of what encode_fields() wrote.
FieldSet decode_own_fields(std::string_view json);

// The name of a member as it stands in JSON, quotes included.
void append_member_name(const PathElement& element, std::string& out);

}  // namespace kubus::apiserver
