// Names of objects and small accessors that work for every Kubernetes type.
//
// Thread safety: values and pure functions.
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace google::protobuf {
class Message;
}

namespace kubus {

using Message = google::protobuf::Message;

// Which object of a kind: `ns` is empty for cluster-scoped kinds.
struct ObjectKey {
  std::string ns;
  std::string name;
  auto operator<=>(const ObjectKey&) const = default;
  // "ns/name", or "name" without a namespace; parse() reads it back.
  std::string str() const { return ns.empty() ? name : ns + "/" + name; }
  static ObjectKey parse(std::string_view text);
};

// The object's own key, from its metadata. Empty for a message without metadata.
ObjectKey key_of(const Message& object);
std::string uid_of(const Message& object);
// metadata.resourceVersion as a number; 0 when absent.
std::int64_t resource_version_of(const Message& object);
bool is_deleting(const Message& object);
// Equal as the API shows them: a zero that is set and one that is not are the same.
bool same_content(const Message& a, const Message& b);

// The controlling owner (ownerReferences with controller: true).
struct Owner {
  std::string api_version;
  std::string kind;
  std::string name;
  std::string uid;
};
// Empty uid when the object has no controller.
Owner controller_of(const Message& object);
// Makes `owner` the controller of `object` (blockOwnerDeletion set), as the reference's controllers
// do. `owner` must have a uid.
void set_controller(Message& object, const Message& owner);

}  // namespace kubus
