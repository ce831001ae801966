// The resources that the API types define: names, scope, verbs and the messages behind them.
//
// Thread safety: the registry is built on first use and immutable from then on; everything returned
// lives as long as the process.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kubus/api/types.h"

namespace kubus {

struct SubresourceInfo {
  std::string name;   // "status"
  std::string group;  // of the kind its endpoint speaks
  std::string version;
  std::string kind;
  std::vector<std::string> verbs;
  const google::protobuf::Descriptor* message = nullptr;
};

struct ResourceInfo {
  std::string group;    // "" for the core group
  std::string version;  // "v1"
  std::string kind;     // "Pod"
  std::string plural;   // "pods"
  std::string singular;
  bool namespaced = false;
  std::vector<std::string> short_names;
  std::vector<std::string> categories;
  std::vector<std::string> verbs;
  std::vector<SubresourceInfo> subresources;
  const google::protobuf::Descriptor* message = nullptr;
  const google::protobuf::Descriptor* list = nullptr;  // null where it cannot be listed

  // "v1", "apps/v1".
  std::string api_version() const { return group.empty() ? version : group + "/" + version; }
  // "pods", "deployments.apps": the name in messages of the API server.
  std::string group_resource() const { return group.empty() ? plural : plural + "." + group; }
  const SubresourceInfo* find_subresource(std::string_view name) const;
  bool has_verb(std::string_view verb) const;
};

// Every resource, by group, version and plural.
std::span<const ResourceInfo> all_resources();
// The newest version of each resource: the one that is stored, and that shows every object.
std::vector<const ResourceInfo*> newest_resources();
// The newest version of the same resource.
const ResourceInfo& newest_version(const ResourceInfo& resource);
// Null when there is none.
const ResourceInfo* find_resource(std::string_view group, std::string_view version,
                                  std::string_view plural);
const ResourceInfo* find_kind(std::string_view group, std::string_view version,
                              std::string_view kind);
// The resource whose objects are of this type, or lists of them.
const ResourceInfo* resource_of(const google::protobuf::Descriptor& type);
template <class T>
const ResourceInfo& resource_of() {
  return *resource_of(*T::descriptor());
}

// The message behind any kind with an apiVersion: resources, lists, options, reviews. Null when
// there is none.
const google::protobuf::Descriptor* find_message(std::string_view api_version,
                                                 std::string_view kind);
// Every message with kind and apiVersion, and every other message of the API types.
std::span<const google::protobuf::Descriptor* const> all_messages();

std::unique_ptr<google::protobuf::Message> new_message(const google::protobuf::Descriptor& type);
std::unique_ptr<google::protobuf::Message> new_message(const ResourceInfo& resource);
std::unique_ptr<google::protobuf::Message> new_list(const ResourceInfo& resource);

// The metadata of an object, made if it was not set; null for a type without an ObjectMeta.
meta_v1::ObjectMeta* metadata_of(google::protobuf::Message& object);
// The default ObjectMeta when it is not set; null for a type without one.
const meta_v1::ObjectMeta* metadata_of(const google::protobuf::Message& object);
// The metadata of a list; null for a type without a ListMeta.
meta_v1::ListMeta* list_metadata_of(google::protobuf::Message& list);

}  // namespace kubus
