// Schemas of custom resources: the input is a schema, a newline and an object. Whatever both are,
// pruning and defaulting come to an end, and what they have made does not change by them again.
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "schema/json_path.h"
#include "schema/shape.h"
#include "schema/validate.h"
#include "target.h"

namespace kubus::fuzz {

void run(std::string_view input) {
  using namespace apiserver;
  const auto [props, text] = split_line(input);
  const auto path = JsonPath::parse(text.substr(0, 256));
  boost::system::error_code error;
  const auto parsed = boost::json::parse({props.data(), props.size()}, error);
  if (error) return;
  if (path.ok()) (void)path->find(parsed);
  auto value = boost::json::parse({text.data(), text.size()}, error);
  if (error || !value.is_object()) return;
  const auto schema = compile_schema(parsed);
  auto& object = value.get_object();
  prune(object, schema, nullptr);
  apply_schema_defaults(object, schema);
  // Defaults may hold what the schema does not know: definitions with such are refused.
  prune(object, schema, nullptr);
  const auto once = object;
  prune(object, schema, nullptr);
  require(object == once, "what is pruned can be pruned again");
  ErrorList errors;
  check_schema(value, nullptr, schema, Path(), errors);
  check_list_items(value, schema, Path(), errors);
  for (const auto& one : errors.errors())
    require(!one.to_string().empty(), "a refusal says nothing");
  errors = {};
  check_schema(value, &value, schema, Path(), errors);
  require(errors.empty(), "what has not changed is refused");
}

std::vector<std::string> seeds() {
  const std::string spec = R"({"type":"object","properties":{"spec":{"type":"object","required":)"
                           R"(["a"],"properties":{"a":{"type":"integer","minimum":1,"default":2},)";
  return {
      spec + R"("l":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":)"
             R"(["n"],"items":{"type":"object","properties":{"n":{"type":"string"}}}}}}}})"
             "\n"
             R"({"spec":{"a":0,"l":[{"n":"x","y":1},{"n":"x"}],"z":null}})",
      spec + R"("s":{"type":"string","pattern":"^[a-z]+$","maxLength":3,"format":"date"},)"
             R"("p":{"x-kubernetes-int-or-string":true,"anyOf":[{"type":"integer"},)"
             R"({"type":"string"}]}}}}})"
             "\n"
             R"({"spec":{"s":"ABCD","p":"10%"}})",
      R"({"type":"object","x-kubernetes-preserve-unknown-fields":true,"additionalProperties":)"
      R"({"type":"string","nullable":true},"not":{"enum":[{},1]}})"
      "\n"
      R"({"a":null,"b":{"c":[]}})",
      "{\"status\":{\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\"}]}}\n"
      ".status.conditions[?(@.type=='Ready')].status",
  };
}

}  // namespace kubus::fuzz
