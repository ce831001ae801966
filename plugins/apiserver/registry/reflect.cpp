#include "registry/reflect.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <k8s/custom_object.pb.h>
#include <k8s/meta/v1/object_meta.pb.h>

#include <string>

#include "kubus/api/json.h"
#include "kubus/api/resource.h"

namespace kubus::apiserver {
namespace {

using schema::CustomObject;

// The members of a custom object are not fields of its message.
bool is_member(const Message& object, std::string_view name) {
  return object.GetDescriptor() == CustomObject::descriptor() && name != "metadata";
}

const google::protobuf::FieldDescriptor* find(const Message& object, std::string_view name) {
  return object.GetDescriptor()->FindFieldByName(std::string(name));
}

void copy_member(const CustomObject& from, CustomObject& to, const std::string& name) {
  const auto found = from.members().find(name);
  if (found == from.members().end())
    to.mutable_members()->erase(name);
  else
    (*to.mutable_members())[name] = found->second;
}

}  // namespace

void clear_field(Message& object, std::string_view name) {
  if (is_member(object, name))
    static_cast<CustomObject&>(object).mutable_members()->erase(std::string(name));
  if (const auto* field = find(object, name)) object.GetReflection()->ClearField(&object, field);
}

bool has_field(const Message& object, std::string_view name) {
  return is_member(object, name) || find(object, name) != nullptr;
}

void copy_field(const Message& from, Message& to, std::string_view name) {
  if (is_member(from, name))
    return copy_member(static_cast<const CustomObject&>(from), static_cast<CustomObject&>(to),
                       std::string(name));
  const auto* field = find(from, name);
  if (!field) return;
  if (field->is_repeated() ||
      field->cpp_type() != google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE) {
    // A copy of the whole, from which the wanted field is swapped over.
    auto copy = clone(from);
    to.GetReflection()->SwapFields(&to, copy.get(), {field});
    return;
  }
  to.GetReflection()->ClearField(&to, field);
  if (from.GetReflection()->HasField(from, field))
    to.GetReflection()
        ->MutableMessage(&to, field)
        ->CopyFrom(from.GetReflection()->GetMessage(from, field));
}

std::string stored_json(Message& object) {
  if (auto* metadata = metadata_of(object)) metadata->clear_resourceversion();
  return to_json(object);
}

std::unique_ptr<Message> clone(const Message& object) {
  std::unique_ptr<Message> copy(object.New());
  copy->CopyFrom(object);
  return copy;
}

}  // namespace kubus::apiserver
