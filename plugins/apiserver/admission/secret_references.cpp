#include "admission/secret_references.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <string_view>
#include <vector>

namespace kubus::apiserver {
namespace {

using google::protobuf::FieldDescriptor;

// secretRef, nodePublishSecretRef, secretKeyRef, secretName, secret, imagePullSecrets.
bool names_secret(std::string_view field) {
  for (const std::string_view end : {"ecretRef", "ecretKeyRef", "ecretName", "PullSecrets"})
    if (field.ends_with(end)) return true;
  return field == "secret";
}

}  // namespace

bool refers_to_secret(const Message& object) {
  const auto& reflection = *object.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(object, &fields);
  for (const auto* field : fields) {
    if (names_secret(field->name())) return true;
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (!field->is_repeated()) {
      if (refers_to_secret(reflection.GetMessage(object, field))) return true;
      continue;
    }
    for (int i = 0; i < reflection.FieldSize(object, field); ++i)
      if (refers_to_secret(reflection.GetRepeatedMessage(object, field, i))) return true;
  }
  return false;
}

}  // namespace kubus::apiserver
