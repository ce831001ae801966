// An object on its way into the store: JSON of any kind is decoded, gets its defaults, is validated
// (also against itself as an update), printed as a table row and looked at by its selectable
// fields. None of that may fail on an object that no sane client would send.
#include <google/protobuf/message.h>

#include <array>

#include "defaults/defaults.h"
#include "golden.h"
#include "kubus/api/json.h"
#include "kubus/api/resource.h"
#include "selector/field_selector.h"
#include "table/table.h"
#include "target.h"
#include "validation/validation.h"

namespace kubus::fuzz {

using namespace apiserver;

namespace {

const ResourceInfo* resource_in(std::string_view json) {
  const auto meta = peek_type_meta(json);
  if (!meta.ok()) return nullptr;
  const auto* message = find_message(meta->api_version, meta->kind);
  return message ? resource_of(*message) : nullptr;
}

void through_the_server(std::string_view json, const ResourceInfo& resource) {
  auto object = new_message(resource);
  if (!from_json(json, *object).ok()) return;
  apply_defaults(*object, resource);
  auto again = new_message(resource);
  again->CopyFrom(*object);
  apply_defaults(*again, resource);
  require(to_json(*again) == to_json(*object), "defaults of defaults differ");
  const auto errors = validate_create(*object, resource);
  require(errors.empty() || !to_status(resource, "x", errors).message().empty(),
          "a refusal says nothing");
  (void)validate_update(*object, *again, resource);
  (void)validate_status_update(*object, *again, resource);
  for (const char* field : {"metadata.name", "status.phase", "spec.nodeName", "reason"})
    (void)selectable_value(*object, field);
  const std::array rows = {TableRow{object.get(), {}}};
  TableOptions options;
  options.include_object = IncludeObject::kObject;
  std::string compact;
  require(compact_json(table_json(resource, rows, options), compact).ok(), "a table is no JSON");
}

}  // namespace

void run(std::string_view input) {
  if (const auto* resource = resource_in(input)) through_the_server(input, *resource);
}

std::vector<std::string> seeds() {
  std::vector<std::string> all;
  for (const auto& golden : test::goldens())
    if (resource_in(golden.json)) all.emplace_back(golden.json);
  for (const auto& resource : all_resources())
    all.push_back(R"({"kind":")" + resource.kind + R"(","apiVersion":")" + resource.api_version() +
                  R"(","metadata":{"name":"a"},"spec":{},"status":{}})");
  return all;
}

}  // namespace kubus::fuzz
