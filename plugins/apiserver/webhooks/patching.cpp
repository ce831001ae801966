#include "webhooks/patching.h"

#include <google/protobuf/message.h>
#include <k8s/meta/v1/object_meta.pb.h>

#include <boost/json.hpp>

#include "custom/engine.h"
#include "defaults/defaults.h"
#include "kubus/api/json_value.h"
#include "patch/patch.h"
#include "policy/evaluation.h"

namespace kubus::apiserver::webhooks {
namespace {

// What the document is as an object of the type that was seen.
Result<std::unique_ptr<Message>> read_object(const SeenCall& seen, const boost::json::value& tree) {
  auto made = new_message(*seen.call().object->GetDescriptor());
  KUBUS_TRY(from_json(tree, *made));
  // What another version has no place for may have one in that of the object.
  if (made->GetDescriptor() != CustomObject::descriptor() || seen.converted()) return made;
  KUBUS_TRY(
      admit_body(static_cast<CustomObject&>(*made), *custom_kind(seen.resource()), nullptr));
  return made;
}

void complete(Message& object, const ResourceInfo& resource) {
  if (object.GetDescriptor() != CustomObject::descriptor()) return apply_defaults(object);
  apply_custom_defaults(static_cast<CustomObject&>(object), *custom_kind(resource));
}

// What is wrong with a list of managers; empty: nothing.
std::string wrong_with(const EncodedManagers& managers) {
  ErrorList errors;
  for (int i = 0; i < managers.size(); ++i) {
    const auto path = Path("metadata").child("managedFields").index(i);
    const auto& entry = managers[i];
    if (entry.operation() != "Apply" && entry.operation() != "Update")
      errors.invalid(path.child("operation"), entry.operation(), "must be `Apply` or `Update`");
    if (!entry.fieldstype().empty() && entry.fieldstype() != "FieldsV1")
      errors.invalid(path.child("fieldsType"), entry.fieldstype(), "must be `FieldsV1`");
  }
  if (!errors.empty()) return join_errors(errors.errors());
  const auto decoded = ManagedFields::decode(managers, false);
  return decoded.ok() ? std::string() : decoded.status().message();
}

}  // namespace

Result<Patched> apply_webhook_patch(const SeenCall& seen, const std::string& hook,
                                    std::unique_ptr<Message>* object, const std::string& patch) {
  const auto operations = read_patch(PatchType::kJson, patch, nullptr);
  if (!operations.ok()) return errors::internal(operations.status().message());
  Patched out;
  if (operations->get_array().empty()) return out;
  if (!object)
    return errors::internal("admission webhook \"" + hook +
                            "\" attempted to modify the object, which is not supported for this "
                            "operation");
  const auto& before = *seen.call().object;
  auto after = apply_patch(PatchType::kJson, policy::document_of(&before), *operations, nullptr);
  if (!after.ok()) return errors::internal(after.status().message());
  auto made = read_object(seen, *after);
  if (!made.ok()) return errors::internal(made.status().message());
  out.applied = true;
  append_json(*operations, out.operations);
  out.changed = !same_content(before, **made);
  if (!out.changed) return out;
  complete(**made, seen.resource());
  if (seen.converted()) {
    const auto& own = *seen.call().call.resource;
    made = seen_as(seen.call().call, **made, seen.resource(), {seen.call().call.keep, &own});
    if (!made.ok()) return errors::internal(made.status().message());
    if ((*made)->GetDescriptor() == CustomObject::descriptor())
      if (auto status =
              admit_body(static_cast<CustomObject&>(**made), *custom_kind(own), nullptr);
          !status.ok())
        return errors::internal(status.message());
  }
  *object = std::move(*made);
  return out;
}

void keep_sound_managers(Call& call, const EncodedManagers& before, Message& object) {
  auto* metadata = metadata_of(object);
  if (!metadata) return;
  const auto wrong = wrong_with(metadata->managedfields());
  if (wrong.empty()) return;
  *metadata->mutable_managedfields() = before;
  call.warnings.push_back(
      ".metadata.managedFields was in an invalid state after admission; this could be caused by "
      "an outdated mutating admission controller; please fix your requests: " +
      wrong);
}

}  // namespace kubus::apiserver::webhooks
