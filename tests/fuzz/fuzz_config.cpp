// Configuration in YAML, INI and arguments, and the values in it.
#include "config/source.h"
#include "config/value.h"
#include "target.h"

namespace kubus::fuzz {
namespace {

using kernel::ValueType;

void check(const kernel::SourceResult& result) {
  for (const auto& entry : result.entries)
    require(entry.is_list || entry.items.size() == 1, "a scalar has exactly one item");
  for (const auto& error : result.errors) require(!error.message.empty(), "an error says nothing");
}

}  // namespace

void run(std::string_view input) {
  check(kernel::parse_yaml(input, "kubus.yaml", ""));
  check(kernel::parse_ini(input, "kubus.ini", "section"));
  check(kernel::parse_set_arguments({std::string(input)}));
  for (const auto type : {ValueType::kString, ValueType::kInt, ValueType::kBool, ValueType::kNumber,
                          ValueType::kDuration, ValueType::kSize}) {
    const auto value = kernel::canonical_value(type, input);
    if (!value.ok()) continue;
    const auto again = kernel::canonical_value(type, *value);
    require(again.ok() && *again == *value, "a canonical value is not canonical");
  }
}

std::vector<std::string> seeds() {
  return {"log:\n  level: info\n  format: text\nrequired: [a, b]\na: {enabled: false}\n",
          "# comment\n[log]\nlevel = info\nlist = a, b\n\n[storage-sqlite]\npath = \"/x y\"\n",
          "a.b=c,d",
          "&x [1, *x]",
          "true",
          "-17",
          "1.25",
          "1m30s",
          "64Mi"};
}

}  // namespace kubus::fuzz
