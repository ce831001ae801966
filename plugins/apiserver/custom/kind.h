// CustomKind: one version of a kind that a CustomResourceDefinition describes. It is a ResourceInfo
// as the built-in kinds have one; its objects are of the type schema::CustomObject.
//
// Thread safety: immutable, but for what is compiled on first use.
#pragma once

#include <k8s/custom_object.pb.h>

#include <boost/json/object.hpp>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kubus/api/resource.h"
#include "kubus/bytes.h"
#include "schema/json_path.h"
#include "schema/schema.h"

namespace kubus::apiserver {

using schema::CustomObject;

struct CustomColumn {
  std::string name, type, format, description;
  std::int64_t priority = 0;
  JsonPath path;
};

struct CustomScale {
  std::vector<std::string> replicas, status_replicas, selector;  // names; selector may be empty
};

// What a version says beside its names.
struct CustomDetails {
  Schema schema;
  std::vector<CustomColumn> columns;
  std::optional<CustomScale> scale;
  // Of the fields objects may be selected by: "spec.color", and the name at each step.
  std::vector<std::string> selectable;
};

class Conversion;
class CustomManagers;
class FieldManager;
class KindFamily;

class CustomKind final : public ResourceInfo {
 public:
  // `definition`: the JSON of the object; `version`: its part about this version. What of it is
  // large is read again from the definition when it is first needed. `family` has all versions of
  // the kind and outlives this.
  CustomKind(Bytes definition, const boost::json::object& tree, std::size_t version,
             const KindFamily& family);

  ~CustomKind();

  bool served() const { return served_; }
  bool storage() const { return storage_; }
  // In bytes, of all versions.
  std::size_t definition_size() const { return definition_.size(); }
  const std::string& list_kind() const { return list_kind_; }
  // The warning for clients of a version that is deprecated; else empty.
  const std::string& deprecation() const { return deprecation_; }
  // The name of the schemas in OpenAPI: "com.example.v1.CronTab".
  std::string openapi_name() const;

  // Compiled on first use.
  const CustomDetails& details() const;
  const Schema& schema() const { return details().schema; }
  // Of what is written through one of its subresources or (empty) the object itself.
  const FieldManager& field_manager(std::string_view subresource) const;
  // The schema as it stands in the definition; nothing where there is none.
  boost::json::value schema_json() const;

  // What is stored, in this version: as the version in which it is stored knows it now, with its
  // defaults, and of that what this one has a place for. No webhook is asked.
  std::string present(std::string_view stored) const;
  const KindFamily& family() const { return family_; }
  // Null where versions differ in nothing but their schemas.
  Conversion* conversion() const;
  // Whether a webhook has to say what this version makes of what is stored.
  bool is_foreign(std::string_view stored) const;

 private:
  CustomDetails compile() const;

  Bytes definition_;
  std::size_t version_index_;
  const KindFamily& family_;
  bool served_ = false;
  bool storage_ = false;
  std::string list_kind_;
  std::string deprecation_;
  mutable std::once_flag once_;
  mutable std::unique_ptr<CustomDetails> details_;
  std::unique_ptr<CustomManagers> managers_;
};

// Null for a built-in kind.
const CustomKind* custom_kind(const ResourceInfo& resource);
// "PodList", or what the definition calls it.
std::string list_kind_of(const ResourceInfo& resource);

// The object as a tree: with apiVersion, kind and metadata.
boost::json::object tree_of(const CustomObject& object);
// Takes out of a whole object what its version has no place for.
void fit(boost::json::object& tree, const CustomKind& kind);
// Sets the members of `object`, but not its type and metadata, from a tree.
void set_members(CustomObject& object, const boost::json::object& tree);
// Null when there is nothing at the path.
const boost::json::value* value_at(const boost::json::object& tree,
                                   const std::vector<std::string>& path);

}  // namespace kubus::apiserver
