// Schemas: the API types as OpenAPI describes them.
//
// Thread safety: pure functions; a SchemaSet is used by one thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "kubus/api/schema.h"
#include "openapi/json_out.h"

namespace kubus::apiserver {

enum class OpenApiVersion : std::uint8_t { kV2, kV3 };

// "#/components/schemas/NAME" or "#/definitions/NAME".
std::string schema_reference(OpenApiVersion version, std::string_view name);

// The types that a document needs: those named and all that they refer to.
class SchemaSet {
 public:
  void add(const google::protobuf::Descriptor& type);
  // A schema that is written already.
  void add_text(std::string name, std::string schema);
  // Every schema as a member of one object, sorted by name, without the braces around them.
  void write(JsonOut& out, OpenApiVersion version) const;

 private:
  std::map<std::string, const MessageInfo*, std::less<>> types_;
  std::map<std::string, std::string, std::less<>> texts_;
};

// A patch in any of its forms.
inline constexpr std::string_view kPatchSchema = "io.k8s.apimachinery.pkg.apis.meta.v1.Patch";

}  // namespace kubus::apiserver
