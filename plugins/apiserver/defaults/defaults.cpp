#include "defaults/defaults.h"

#include <google/protobuf/descriptor.h>

#include <boost/json/parse.hpp>
#include <unordered_map>
#include <vector>

#include "defaults/defaulter.h"
#include "kubus/api/schema.h"

namespace kubus::apiserver {
namespace {

namespace json = boost::json;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// A default that the type's own description gives.
struct FieldDefault {
  const FieldDescriptor* field;
  bool pointer;
  json::value value;
};

struct Plan {
  struct Child {
    const FieldDescriptor* field;
    const Plan* plan;
    // A plain member, which exists even where nobody wrote it.
    bool always;
  };
  void (*apply)(Message&) = nullptr;
  std::vector<FieldDefault> fields;
  std::vector<Child> children;

  bool empty() const { return apply == nullptr && fields.empty() && children.empty(); }
};

bool is_zero_value(const json::value& value) {
  switch (value.kind()) {
    case json::kind::bool_:
      return !value.get_bool();
    case json::kind::int64:
      return value.get_int64() == 0;
    case json::kind::string:
      return value.get_string().empty();
    default:
      return true;
  }
}

class Plans {
 public:
  Plans() {
    for (const auto group :
         {pod_defaulters(), volume_defaulters(), core_defaulters(), service_defaulters(),
          workload_defaulters(), batch_defaulters(), autoscaling_defaulters(), storage_defaulters(),
          admission_defaulters(), system_defaulters(), amount_defaulters()}) {
      for (const Defaulter& entry : group) defaulters_.emplace(entry.type, entry.apply);
    }
    for (const ResourceInfo& resource : all_resources()) build(*resource.message);
    for (const Descriptor* type : all_messages()) build(*type);
  }

  const Plan* find(const Descriptor& type) const {
    const auto found = plans_.find(&type);
    return found == plans_.end() ? nullptr : &found->second;
  }

 private:
  const Plan& build(const Descriptor& type);
  void add_field(Plan& plan, const FieldInfo& field);

  std::unordered_map<std::string_view, void (*)(Message&)> defaulters_;
  // Plans are referred to while others are added: the map must keep its elements in place.
  std::unordered_map<const Descriptor*, Plan> plans_;
};

void Plans::add_field(Plan& plan, const FieldInfo& field) {
  if (!field.default_json.empty()) {
    boost::system::error_code error;
    json::value value = json::parse(field.default_json, error);
    if (!error && (field.pointer || !is_zero_value(value))) {
      plan.fields.push_back({field.field, field.pointer, std::move(value)});
    }
  }
  if (field.message == nullptr || field.shape == FieldShape::kMap) return;
  const Plan& child = build(*field.message->descriptor);
  if (child.empty()) return;
  plan.children.push_back(
      {field.field, &child, field.shape == FieldShape::kSingle && !field.pointer});
}

const Plan& Plans::build(const Descriptor& type) {
  const auto [found, added] = plans_.try_emplace(&type);
  Plan& plan = found->second;
  if (!added) return plan;
  const auto defaulter = defaulters_.find(type.full_name());
  if (defaulter != defaulters_.end()) plan.apply = defaulter->second;
  const MessageInfo& info = message_info(type);
  if (info.form != JsonForm::kObject) return plan;
  for (const FieldInfo& field : info.fields) add_field(plan, field);
  return plan;
}

bool is_unset(const Message& message, const FieldDefault& entry) {
  const Reflection& reflection = *message.GetReflection();
  const FieldDescriptor* field = entry.field;
  if (!reflection.HasField(message, field)) return true;
  if (entry.pointer) return false;
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return reflection.GetString(message, field).empty();
    case FieldDescriptor::CPPTYPE_INT32:
      return reflection.GetInt32(message, field) == 0;
    case FieldDescriptor::CPPTYPE_INT64:
      return reflection.GetInt64(message, field) == 0;
    default:
      return false;
  }
}

void set_default(Message& message, const FieldDefault& entry) {
  const Reflection& reflection = *message.GetReflection();
  const FieldDescriptor* field = entry.field;
  const json::value& value = entry.value;
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      if (value.is_string()) {
        reflection.SetString(&message, field, std::string(value.get_string()));
      }
      break;
    case FieldDescriptor::CPPTYPE_BOOL:
      if (value.is_bool()) reflection.SetBool(&message, field, value.get_bool());
      break;
    case FieldDescriptor::CPPTYPE_INT32:
      if (value.is_int64()) {
        reflection.SetInt32(&message, field, static_cast<std::int32_t>(value.get_int64()));
      }
      break;
    case FieldDescriptor::CPPTYPE_INT64:
      if (value.is_int64()) reflection.SetInt64(&message, field, value.get_int64());
      break;
    default:
      break;
  }
}

void apply(Message& message, const Plan& plan) {
  if (plan.apply != nullptr) plan.apply(message);
  for (const FieldDefault& entry : plan.fields) {
    if (is_unset(message, entry)) set_default(message, entry);
  }
  const Reflection& reflection = *message.GetReflection();
  for (const Plan::Child& child : plan.children) {
    if (child.field->is_repeated()) {
      const int size = reflection.FieldSize(message, child.field);
      for (int i = 0; i < size; ++i) {
        apply(*reflection.MutableRepeatedMessage(&message, child.field, i), *child.plan);
      }
    } else if (child.always || reflection.HasField(message, child.field)) {
      apply(*reflection.MutableMessage(&message, child.field), *child.plan);
    }
  }
}

}  // namespace

void apply_defaults(Message& object) {
  static const Plans plans;
  const Plan* plan = plans.find(*object.GetDescriptor());
  if (plan != nullptr) apply(object, *plan);
}

}  // namespace kubus::apiserver
