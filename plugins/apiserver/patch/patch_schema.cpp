#include "patch/patch_schema.h"

#include <algorithm>

#include "kubus/api/schema.h"

namespace kubus::apiserver {
namespace {

bool has(const std::vector<std::string>& strategies, std::string_view wanted) {
  return std::find(strategies.begin(), strategies.end(), wanted) != strategies.end();
}

}  // namespace

PatchField patch_field(const google::protobuf::Descriptor* type, std::string_view json_name) {
  PatchField out;
  out.known = true;
  if (type == nullptr) return out;
  const MessageInfo& info = message_info(*type);
  if (info.form != JsonForm::kObject) return out;
  const FieldInfo* field = info.find(json_name);
  if (field == nullptr) {
    out.known = info.object && (json_name == "kind" || json_name == "apiVersion");
    return out;
  }
  // Below a map every key leads to an entry, which has no rules of its own.
  const bool described = field->message != nullptr && field->shape != FieldShape::kMap &&
                         field->message->form == JsonForm::kObject;
  if (described) out.type = field->message->descriptor;
  out.merge = has(field->patch_strategy, "merge");
  out.replace = has(field->patch_strategy, "replace");
  out.merge_key = field->patch_merge_key;
  return out;
}

}  // namespace kubus::apiserver
