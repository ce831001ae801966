#include "registry/patched.h"

#include <google/protobuf/message.h>

#include <boost/json.hpp>
#include <vector>

#include "custom/kind.h"
#include "kubus/api/json_value.h"
#include "kubus/api/resource.h"
#include "kubus/api/schema.h"
#include "patch/convert_error.h"
#include "registry/body_parts.h"
#include "registry/owners.h"
#include "registry/type_mismatch.h"
#include "registry/write_options.h"
#include "validation/field_error.h"

namespace kubus::apiserver {
namespace {

// The reference keeps to itself why a patch does not apply.
Status in_words_of_the_reference(const Status& status) {
  if (status.code() != Code::kInvalid) return status;
  return Status(Code::kInvalid, "the server rejected our request due to an error in our request");
}

Status invalid_patch(const std::string& value, const std::string& why) {
  return errors::invalid(
      Subject(),
      {{"FieldValueInvalid", "Invalid value: " + apiserver::quoted(value) + ": " + why, "patch"}});
}

std::string joined(const std::vector<std::string>& mistakes) {
  std::string list = "strict decoding error: ";
  for (const auto& mistake : mistakes) list += (&mistake == mistakes.data() ? "" : ", ") + mistake;
  return list;
}

// Why `patched` cannot be read as what is wanted; empty when it can.
std::string read_object(const boost::json::value& patched, PatchType patch_type, Message& object,
                        std::vector<std::string>* mistakes) {
  const auto& wanted = message_info(object);
  TypeMeta sent;
  DecodeOptions options;
  options.type_meta = &sent;
  options.strict_errors = mistakes;
  const auto status = from_json(patched, object, options);
  // A strategic merge never leaves the type, whatever the patch says of it.
  if (patch_type == PatchType::kStrategicMerge)
    return status.ok() ? std::string() : convert_error(patched, wanted).value_or(status.message());
  if (!status.ok()) return status.message();
  // Of which type a custom object is, is checked with all else of it.
  return object.GetDescriptor() == CustomObject::descriptor() ? "" : other_type(sent, wanted);
}

// Why it is no object of its custom kind; empty when it is, or is none.
std::string admit_patched(const Call& call, const boost::json::value& patched, Message& object,
                          std::vector<std::string>* mistakes) {
  if (object.GetDescriptor() != CustomObject::descriptor()) return {};
  if (static_cast<const CustomObject&>(object).kind().empty()) {
    std::string text;
    append_json(patched, text);
    return "Object 'Kind' is missing in '" + text + "'";
  }
  const auto status = admit_custom(call, object, mistakes);
  return status.ok() ? std::string() : status.message();
}

}  // namespace

Result<PatchType> patch_type(const std::string& media_type, const ResourceInfo& resource) {
  const bool custom = custom_kind(resource) != nullptr;
  if (media_type == kJsonPatch) return PatchType::kJson;
  if (media_type == "application/merge-patch+json") return PatchType::kMerge;
  if (media_type == "application/strategic-merge-patch+json" && !custom)
    return PatchType::kStrategicMerge;
  return Status(Code::kUnsupportedMediaType,
                std::string("the body of the request was in an unknown format - accepted media "
                            "types include: "
                            "application/json-patch+json, application/merge-patch+json, ") +
                    std::string(custom ? "" : "application/strategic-merge-patch+json, ") +
                    "application/apply-patch+yaml");
}

Result<MessagePtr> read_patched(Call& call, PatchType patch_type, boost::json::value current,
                                const google::protobuf::Descriptor& type) {
  const auto mode = field_validation(call);
  if (!mode.ok()) return mode.status();
  KUBUS_TRY(check_parts(call.body.view()));
  const bool validates = *mode != FieldValidation::kIgnore;
  std::vector<std::string> mistakes, unknown;
  const auto patch = read_patch(patch_type, call.body.view(), validates ? &mistakes : nullptr);
  if (!patch.ok()) return patch.status();
  auto patched = apply_patch(patch_type, std::move(current), *patch, &type);
  if (!patched.ok()) return in_words_of_the_reference(patched.status());
  auto object = new_message(type);
  auto why = read_object(*patched, patch_type, *object, validates ? &unknown : nullptr);
  if (why.empty()) why = admit_patched(call, *patched, *object, validates ? &unknown : nullptr);
  mistakes.insert(mistakes.end(), unknown.begin(), unknown.end());
  if (why.empty() && *mode == FieldValidation::kStrict && !mistakes.empty()) why = joined(mistakes);
  if (!why.empty())
    return invalid_patch(patch_value_text(patch_type, *patch, std::move(*patched)), why);
  call.warnings = std::move(mistakes);
  call.clears_managers = &type != CustomObject::descriptor() && clears_managers(*patched);
  return object;
}

}  // namespace kubus::apiserver
