// YAML bodies: what is taken is JSON, and goes to YAML and back without a change.
#include <boost/json.hpp>

#include "kubus/api/json_value.h"
#include "target.h"
#include "yaml/yaml.h"

namespace kubus::fuzz {

using namespace apiserver;

namespace {

std::string canonical(const std::string& json) {
  boost::json::value tree;
  require(parse_json(json, tree).ok(), "YAML became no JSON");
  std::string out;
  append_json(tree, out);
  return out;
}

}  // namespace

void run(std::string_view input) {
  const auto json = yaml_to_json(input);
  if (!json.ok()) return;
  const std::string first = canonical(*json);
  const auto yaml = json_to_yaml(first);
  require(yaml.ok(), "JSON has no YAML form");
  const auto again = yaml_to_json(*yaml);
  require(again.ok() && canonical(*again) == first, "YAML does not come back");
}

std::vector<std::string> seeds() {
  return {"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  k: |\n    x\n    y\n",
          "a: &x [1, 2.5, -3]\nb: *x\nc: {d: null, e: ~, f: yes, g: \"1\", h: '#'}\n",
          "- 0x10\n- 1e3\n- .5\n- \"\\u0001\"\n- !!str 5\n- 2026-01-02T03:04:05Z\n",
          "\"a b\": >-\n  folded\n  text\n? key\n: value\n", "\"--- a\": \"... b\"\n", "{}"};
}

}  // namespace kubus::fuzz
