// What the options of an API type say, read once per type and then looked up without cost.
//
// Thread safety: everything returned is immutable, shared by all threads and lives as long as the
// process. The first call for a type builds its description and that of every type within it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "kubus/api/types.h"

namespace kubus {

// How a message is written in JSON; numbered as kubus.schema.JsonForm in k8s/options.proto.
enum class JsonForm : std::uint8_t {
  kObject = 0,
  kTime = 1,
  kMicroTime = 2,
  kDuration = 3,
  kQuantity = 4,
  kIntOrString = 5,
  kRawJson = 6,
  kStringList = 7,
  kSchemaOrArray = 8,
  kSchemaOrBool = 9,
  kSchemaOrStrings = 10,
  kRawObject = 11,
};

enum class ListType : std::uint8_t { kUnspecified, kAtomic, kSet, kMap };
enum class FieldType : std::uint8_t { kString, kBytes, kBool, kInt32, kInt64, kDouble, kMessage };
enum class FieldShape : std::uint8_t { kSingle, kList, kMap };

struct MessageInfo;

struct FieldInfo {
  const google::protobuf::FieldDescriptor* field = nullptr;
  std::string json_name;
  std::string json_key;  // the name as it stands in JSON, quoted and with its colon
  FieldShape shape = FieldShape::kSingle;
  FieldType type = FieldType::kString;   // of a map: the type of its values; keys are strings
  const MessageInfo* message = nullptr;  // for kMessage: the type of the value or of the items

  bool pointer = false;      // presence is told apart from zero
  bool keep_empty = false;   // written also while empty
  bool inlined = false;      // its fields stand among those of the message around it
  bool omit_zero = false;    // a message left out while it is zero
  bool empty_array = false;  // [] rather than null while empty
  bool with_kind = false;    // embedded objects are written with kind and apiVersion
  bool required = false;
  bool atomic = false;  // apply takes the whole map or object as one value
  bool union_discriminator = false;
  bool union_member = false;
  bool immutable = false;
  ListType list_type = ListType::kUnspecified;

  std::vector<std::string> list_map_keys;
  std::vector<std::string> patch_strategy;  // "merge", "replace", "retainKeys"
  std::string patch_merge_key;
  std::string default_json;
  std::vector<std::string> enum_values;
  std::string format;
  std::int64_t minimum = INT64_MIN;
  std::int64_t max_items = INT64_MAX;
  std::int64_t max_length = INT64_MAX;
};

// Where a JSON name of an object leads: through `path` (inlined messages, mostly none) to `field`.
struct FieldPath {
  std::vector<const FieldInfo*> path;
  const FieldInfo* field = nullptr;
  int ordinal = 0;  // distinct for each name of the object
};

struct MessageInfo {
  const google::protobuf::Descriptor* descriptor = nullptr;
  const google::protobuf::Reflection* reflection = nullptr;  // of its messages
  JsonForm form = JsonForm::kObject;
  bool object = false;  // has kind and apiVersion
  bool atomic = false;  // apply takes it as one value
  std::string group;
  std::string version;
  std::string api_version;        // "v1", "apps/v1"
  std::string kind;               // the message's name
  std::string go_name;            // "v1.Pod", for error messages
  std::string openapi_name;       // "io.k8s.api.core.v1.Pod"
  std::vector<FieldInfo> fields;  // in the order in which the reference writes them
  std::unordered_map<std::string_view, FieldPath> by_json_name;  // with inlined ones

  // The field of that JSON name, also an inlined one; null when there is none.
  const FieldInfo* find(std::string_view json_name) const {
    auto it = by_json_name.find(json_name);
    return it == by_json_name.end() ? nullptr : it->second.field;
  }
};

const MessageInfo& message_info(const google::protobuf::Descriptor& type);
// The same for the type of `message`.
const MessageInfo& message_info(const google::protobuf::Message& message);

// The comment above the message or field in its .proto file, on one line; empty where there is
// none. This is what `kubectl explain` shows.
std::string_view description_of(const google::protobuf::Descriptor& type);
std::string_view description_of(const google::protobuf::FieldDescriptor& field);

}  // namespace kubus
