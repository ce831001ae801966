#include "kubus/api/schema.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <k8s/options.pb.h>

#include <memory>
#include <mutex>
#include <shared_mutex>
#include <utility>

#include "type_facts.h"

namespace kubus {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

FieldType type_of(const FieldDescriptor& field) {
  switch (field.type()) {
    case FieldDescriptor::TYPE_BYTES:
      return FieldType::kBytes;
    case FieldDescriptor::TYPE_BOOL:
      return FieldType::kBool;
    case FieldDescriptor::TYPE_INT32:
      return FieldType::kInt32;
    case FieldDescriptor::TYPE_INT64:
      return FieldType::kInt64;
    case FieldDescriptor::TYPE_DOUBLE:
      return FieldType::kDouble;
    case FieldDescriptor::TYPE_MESSAGE:
      return FieldType::kMessage;
    default:
      return FieldType::kString;
  }
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    auto comma = text.find(',');
    out.emplace_back(text.substr(0, comma));
    text.remove_prefix(comma == text.npos ? text.size() : comma + 1);
  }
  return out;
}

// "k8s.io.api.core.v1.Pod" is known to OpenAPI as "io.k8s.api.core.v1.Pod", and Go packages whose
// name has a dash cannot have it in protobuf.
std::string openapi_name(const Descriptor& type) {
  std::string name = type.full_name();
  if (name.starts_with("k8s.io.")) name = "io.k8s." + name.substr(7);
  for (char& c : name) {
    if (c == '_') c = '-';
  }
  return name;
}

std::string go_name(const Descriptor& type) {
  std::string_view package = type.file()->package();
  return std::string(package.substr(package.rfind('.') + 1)) + "." + type.name();
}

void read_options(const FieldDescriptor& field, FieldInfo& info) {
  const auto& o = field.options();
  info.pointer = o.GetExtension(schema::pointer);
  info.keep_empty = o.GetExtension(schema::keep_empty);
  info.inlined = o.GetExtension(schema::inlined);
  info.omit_zero = o.GetExtension(schema::omit_zero);
  info.empty_array = o.GetExtension(schema::empty_array);
  info.with_kind = o.GetExtension(schema::with_kind);
  info.required = o.GetExtension(schema::required);
  info.union_discriminator = o.GetExtension(schema::union_discriminator);
  info.union_member = o.GetExtension(schema::union_member);
  info.immutable = o.GetExtension(schema::immutable);
  info.list_type = static_cast<ListType>(o.GetExtension(schema::list_type));
  for (int i = 0; i < o.ExtensionSize(schema::list_map_keys); ++i) {
    info.list_map_keys.push_back(o.GetExtension(schema::list_map_keys, i));
  }
  info.patch_strategy = split(o.GetExtension(schema::patch_strategy));
  info.patch_merge_key = o.GetExtension(schema::patch_merge_key);
  info.default_json = o.GetExtension(schema::default_json);
  for (int i = 0; i < o.ExtensionSize(schema::enum_values); ++i) {
    info.enum_values.push_back(o.GetExtension(schema::enum_values, i));
  }
  info.format = o.GetExtension(schema::format);
  if (o.HasExtension(schema::minimum)) info.minimum = o.GetExtension(schema::minimum);
  if (o.HasExtension(schema::max_items)) info.max_items = o.GetExtension(schema::max_items);
  if (o.HasExtension(schema::max_length)) info.max_length = o.GetExtension(schema::max_length);
}

// Descriptions by type. They refer to each other, so a type is entered before its fields are read,
// and nobody else sees it until all that it refers to is complete.
class Registry {
 public:
  const MessageInfo& get(const Descriptor& type) {
    {
      std::shared_lock lock(mutex_);
      auto it = complete_.find(&type);
      if (it != complete_.end()) return *it->second;
    }
    std::unique_lock lock(mutex_);
    const MessageInfo& info = build(type);
    for (MessageInfo* fresh : fresh_) index(*fresh);
    for (MessageInfo* fresh : fresh_) complete_.emplace(fresh->descriptor, fresh);
    fresh_.clear();
    return info;
  }

 private:
  const MessageInfo& build(const Descriptor& type) {
    auto& slot = all_[&type];
    if (slot) return *slot;
    slot = std::make_unique<MessageInfo>();
    MessageInfo& info = *slot;
    fresh_.push_back(&info);
    TypeFacts facts = read_type_facts(type);
    auto* factory = google::protobuf::MessageFactory::generated_factory();
    info.descriptor = &type;
    info.reflection = factory->GetPrototype(&type)->GetReflection();
    info.form = static_cast<JsonForm>(type.options().GetExtension(schema::json_form));
    info.object = facts.object;
    info.atomic = type.options().GetExtension(schema::atomic);
    info.group = std::move(facts.group);
    info.version = std::move(facts.version);
    info.api_version = info.group.empty() ? info.version : info.group + "/" + info.version;
    info.kind = type.name();
    info.go_name = go_name(type);
    info.openapi_name = openapi_name(type);
    info.fields.reserve(type.field_count());
    for (int i = 0; i < type.field_count(); ++i) {
      info.fields.push_back(read_field(*type.field(i)));
      if (info.fields.back().atomic) continue;
      const FieldInfo& field = info.fields.back();
      bool explicit_type = field.field->options().HasExtension(schema::map_type);
      info.fields.back().atomic = !explicit_type && field.shape == FieldShape::kSingle &&
                                  field.message && field.message->atomic;
    }
    return info;
  }

  FieldInfo read_field(const FieldDescriptor& field) {
    FieldInfo info;
    info.field = &field;
    info.json_name = field.json_name();
    info.json_key = "\"" + info.json_name + "\":";
    const FieldDescriptor* value = &field;
    if (field.is_map()) {
      info.shape = FieldShape::kMap;
      value = field.message_type()->map_value();
    } else if (field.is_repeated()) {
      info.shape = FieldShape::kList;
    }
    info.type = type_of(*value);
    if (info.type == FieldType::kMessage) info.message = &build(*value->message_type());
    read_options(field, info);
    info.atomic = field.options().GetExtension(schema::map_type) == schema::WHOLE;
    return info;
  }

  static void index(MessageInfo& info) {
    std::vector<const FieldInfo*> path;
    index_fields(info, path, info);
  }

  static void index_fields(const MessageInfo& from, std::vector<const FieldInfo*>& path,
                           MessageInfo& into) {
    for (const FieldInfo& field : from.fields) {
      if (field.inlined) {
        path.push_back(&field);
        index_fields(*field.message, path, into);
        path.pop_back();
      } else {
        into.by_json_name.emplace(
            field.json_name, FieldPath{path, &field, static_cast<int>(into.by_json_name.size())});
      }
    }
  }

  std::shared_mutex mutex_;
  std::unordered_map<const Descriptor*, const MessageInfo*> complete_;
  std::unordered_map<const Descriptor*, std::unique_ptr<MessageInfo>> all_;
  std::vector<MessageInfo*> fresh_;
};

}  // namespace

TypeFacts read_type_facts(const Descriptor& type) {
  const auto& o = type.options();
  const auto& file = type.file()->options();
  return {
      .object = o.GetExtension(schema::object),
      .group = o.HasExtension(schema::object_group) ? o.GetExtension(schema::object_group)
                                                    : file.GetExtension(schema::group),
      .version = o.HasExtension(schema::object_version) ? o.GetExtension(schema::object_version)
                                                        : file.GetExtension(schema::version),
  };
}

const MessageInfo& message_info(const Descriptor& type) {
  static Registry& registry = *new Registry;
  return registry.get(type);
}

const MessageInfo& message_info(const google::protobuf::Message& message) {
  return message_info(*message.GetDescriptor());
}

}  // namespace kubus
