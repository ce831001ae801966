#include "policy/message_type.h"

#include <algorithm>
#include <vector>

namespace kubus::apiserver::policy {
namespace {

using cel::Kind;
using cel::TypePtr;
using cel::type_of;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

constexpr std::string_view kMeta = "k8s.io.apimachinery.pkg.apis.meta.v1.";

class Builder {
 public:
  TypePtr message(const Descriptor& message, const std::string& name) {
    const std::string_view full = message.full_name();
    if (full == std::string(kMeta) + "Time" || full == std::string(kMeta) + "MicroTime")
      return type_of(Kind::kTimestamp);
    if (full == std::string(kMeta) + "Duration") return type_of(Kind::kString);
    if (is_open(full) || std::find(above_.begin(), above_.end(), &message) != above_.end())
      return type_of(Kind::kDyn);
    above_.push_back(&message);
    auto out = std::make_shared<cel::Type>();
    out->kind = Kind::kObject;
    out->name = name;
    for (int i = 0; i < message.field_count(); ++i) {
      const auto& field = *message.field(i);
      declare_field(*out, field.json_name(), whole(field, name + "." + field.json_name()));
    }
    above_.pop_back();
    return out;
  }

 private:
  static bool is_open(std::string_view name) {
    constexpr std::string_view kOpen[] = {
        "k8s.io.apimachinery.pkg.api.resource.Quantity",
        "k8s.io.apimachinery.pkg.util.intstr.IntOrString",
        "k8s.io.apimachinery.pkg.runtime.RawExtension",
        "k8s.io.apimachinery.pkg.apis.meta.v1.FieldsV1",
        "k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.v1.JSON",
        "k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps",
        "k8s.io.api.authorization.v1.ExtraValue",
        "k8s.io.api.authentication.v1.ExtraValue",
        "k8s.io.api.certificates.v1.ExtraValue"};
    return std::find(std::begin(kOpen), std::end(kOpen), name) != std::end(kOpen);
  }

  TypePtr whole(const FieldDescriptor& field, const std::string& name) {
    if (field.is_map())
      return map_of(type_of(Kind::kString),
                    one(*field.message_type()->map_value(), name + ".@elem"));
    return field.is_repeated() ? list_of(one(field, name + ".@idx")) : one(field, name);
  }

  TypePtr one(const FieldDescriptor& field, const std::string& name) {
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_MESSAGE:
        return message(*field.message_type(), name);
      case FieldDescriptor::CPPTYPE_BOOL:
        return type_of(Kind::kBool);
      case FieldDescriptor::CPPTYPE_DOUBLE:
      case FieldDescriptor::CPPTYPE_FLOAT:
        return type_of(Kind::kDouble);
      case FieldDescriptor::CPPTYPE_STRING:
        return type_of(field.type() == FieldDescriptor::TYPE_BYTES ? Kind::kBytes : Kind::kString);
      default:
        return type_of(Kind::kInt);
    }
  }

  std::vector<const Descriptor*> above_;  // what is being described
};

}  // namespace

TypePtr message_type(const Descriptor& message, const std::string& name) {
  return Builder().message(message, name);
}

}  // namespace kubus::apiserver::policy
