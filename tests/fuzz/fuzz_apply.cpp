// Configurations applied to a deployment: the input is a configuration, a newline and the object it
// is applied to.
#include <google/protobuf/message.h>
#include <k8s/meta/v1/object_meta.pb.h>

#include <boost/json.hpp>

#include "apply/compare.h"
#include "apply/field_manager.h"
#include "kubus/api/json.h"
#include "kubus/api/json_value.h"
#include "kubus/api/resource.h"
#include "target.h"

namespace kubus::fuzz {
namespace {

using namespace apiserver;

const FieldManager& manager() {
  static const FieldManager manager([] {
    const auto* type = find_message("apps/v1", "Deployment");
    return ManagedKind{&atom_of(*type),
                       "apps/v1",
                       "apps/v1, Kind=Deployment",
                       "Deployment",
                       to_json(*new_message(*type)),
                       {},
                       {}};
  }());
  return manager;
}

}  // namespace

void run(std::string_view input) {
  const auto [config_text, live_text] = split_line(input);
  const auto live = new_message(*find_message("apps/v1", "Deployment"));
  boost::json::value config;
  if (!from_json(live_text, *live).ok() || !parse_json(config_text, config).ok()) return;
  if (!config.is_object()) return;
  const auto json = to_json(*live);
  const auto result =
      manager().apply({json, *metadata_of(std::as_const(*live)), true}, {config, "fuzz", true}, {});
  require(result.ok() || !result.status().message().empty(), "a refusal says nothing");
  if (!result.ok()) return;
  // What was applied is there now, and nobody is in the way of applying it again.
  meta_v1::ObjectMeta metadata;
  *metadata.mutable_managedfields() = result->managed;
  const auto again = manager().apply({result->json, metadata, true}, {config, "fuzz", false}, {});
  // Owners that are made up may own the key of an item, or all it has, and not the item.
  for (const char* beheaded : {"an element that omits", "may not have a null element"})
    if (!again.ok() && again.status().message().find(beheaded) != std::string::npos) return;
  require(again.ok(), "what was applied cannot be applied again");
  const auto changes = compare(*manager().kind().type, result->json, again->json);
  require(changes.added.empty() && changes.removed.empty(), "applied again it adds or removes");
}

std::vector<std::string> seeds() {
  const std::string live =
      R"({"metadata":{"name":"d","labels":{"a":"b"},"managedFields":[{"manager":"fuzz",)"
      R"("operation":"Apply","apiVersion":"apps/v1","fieldsType":"FieldsV1","fieldsV1":{"f:spec":)"
      R"({"f:replicas":{},"f:template":{"f:spec":{"f:containers":{"k:{\"name\":\"c\"}":{".":{},)"
      R"("f:name":{},"f:env":{"k:{\"name\":\"A\"}":{".":{},"f:name":{}}}}}}}}}}]},"spec":)"
      R"({"replicas":2,"template":{"spec":{"containers":[{"name":"c","image":"i","env":[)"
      R"({"name":"A","value":"1"},{"name":"B"}],"ports":[{"containerPort":80}]},{"name":"d"}]}}}})";
  std::vector<std::string> all;
  for (const char* spec :
       {R"("replicas":3)", R"("template":{"spec":{"containers":[{"name":"c","image":"j"}]}})",
        R"("template":{"spec":{"containers":[{"name":"d"},{"name":"c","env":[{"name":"B",)"
        R"("value":"2"}],"ports":[{"containerPort":80,"protocol":"UDP"}]}]}})",
        R"("template":{"metadata":{"labels":null}},"strategy":{"rollingUpdate":{"maxSurge":1}})"})
    all.push_back(
        R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"},"spec":{)" +
        std::string(spec) + "}}\n" + live);
  return all;
}

}  // namespace kubus::fuzz
