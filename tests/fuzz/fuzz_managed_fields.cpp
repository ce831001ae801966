// Sets of fields as clients send them in managedFields: the input is two of them, a line each.
#include "apply/fields_v1.h"
#include "target.h"

namespace kubus::fuzz {

void run(std::string_view input) {
  using namespace apiserver;
  const auto [first, second] = split_line(input);
  const auto a = decode_fields(first);
  require(a.ok() || !a.status().message().empty(), "a refusal says nothing");
  if (!a.ok()) return;
  const auto again = decode_fields(encode_fields(*a));
  require(again.ok() && *again == *a, "a set is not what it was written as");
  const auto b = decode_fields(second);
  if (!b.ok()) return;
  const auto both = unite(*a, *b);
  require(subtract(*a, both).empty() && subtract(*b, both).empty(), "a union lacks something");
  const auto only_a = subtract(*a, *b);
  require(intersect(only_a, *b).empty(), "a difference has what was taken away");
  require(unite(only_a, intersect(*a, *b)) == *a, "the parts are not the whole");
}

std::vector<std::string> seeds() {
  return {
      R"({"f:metadata":{"f:labels":{".":{},"f:a":{}}},"f:spec":{"f:replicas":{}}})"
      "\n"
      R"({"f:metadata":{"f:labels":{"f:a":{},"f:b":{}}}})",
      R"({"f:spec":{"f:ports":{"k:{\"port\":80,\"protocol\":\"TCP\"}":{".":{},"f:port":{}}}}})"
      "\n"
      R"({"f:spec":{"f:ports":{"k:{\"protocol\":\"TCP\",\"port\":80}":{}}}})",
      R"({"f:a":{"v:\"x\"":{},"v:1.5":{},"v:true":{},"i:3":{},"x:later":{}}})"
      "\n{}",
  };
}

}  // namespace kubus::fuzz
