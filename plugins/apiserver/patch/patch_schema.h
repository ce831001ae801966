// PatchField: what the descriptor of an API type says about merging one of its fields.
//
// Thread safety: pure functions over immutable descriptors.
#pragma once

#include <string>
#include <string_view>

namespace google::protobuf {
class Descriptor;
}

namespace kubus::apiserver {

struct PatchField {
  // False where the type has no such field; true for any key below an unknown type.
  bool known = false;
  // The type of the field or of its elements; null for scalars and unknown types.
  const google::protobuf::Descriptor* type = nullptr;
  bool merge = false;
  bool replace = false;
  std::string merge_key;
};

// `type` may be null: nothing is known then.
PatchField patch_field(const google::protobuf::Descriptor* type, std::string_view json_name);

}  // namespace kubus::apiserver
