// Map fields by reflection. Protobuf's public reflection shows a map as a list of entries, which it
// keeps as a second copy; this reads and fills the map itself.
//
// The name of the class is fixed: it is the friend that google::protobuf::Reflection declares for
// this purpose.
#pragma once

#include <google/protobuf/map_field.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace google::protobuf::expr {

class CelMapReflectionFriend {
 public:
  static MapIterator begin(const Reflection& reflection, const Message& message,
                           const FieldDescriptor* field) {
    return reflection.MapBegin(const_cast<Message*>(&message), field);
  }
  static MapIterator end(const Reflection& reflection, const Message& message,
                         const FieldDescriptor* field) {
    return reflection.MapEnd(const_cast<Message*>(&message), field);
  }
  static bool insert(const Reflection& reflection, Message& message, const FieldDescriptor* field,
                     const MapKey& key, MapValueRef& value) {
    return reflection.InsertOrLookupMapValue(&message, field, key, &value);
  }
};

}  // namespace google::protobuf::expr

namespace kubus::json {

using MapAccess = google::protobuf::expr::CelMapReflectionFriend;
using MapEntry = std::pair<std::string, google::protobuf::MapValueConstRef>;

// The entries by key.
inline std::vector<MapEntry> sorted_entries(const google::protobuf::Reflection& reflection,
                                            const google::protobuf::Message& message,
                                            const google::protobuf::FieldDescriptor* field) {
  std::vector<MapEntry> entries;
  entries.reserve(static_cast<std::size_t>(reflection.FieldSize(message, field)));
  auto end = MapAccess::end(reflection, message, field);
  for (auto it = MapAccess::begin(reflection, message, field); it != end; ++it) {
    entries.emplace_back(it.GetKey().GetStringValue(), it.GetValueRef());
  }
  std::sort(entries.begin(), entries.end(),
            [](const MapEntry& a, const MapEntry& b) { return a.first < b.first; });
  return entries;
}

}  // namespace kubus::json
