// JSON and merge patches: the input is a patch, a newline and the document it is applied to.
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "patch/tests/apply_body.h"
#include "target.h"

namespace kubus::fuzz {

void run(std::string_view input) {
  using apiserver::PatchType;
  const auto [patch, text] = split_line(input);
  boost::system::error_code error;
  const boost::json::value document = boost::json::parse({text.data(), text.size()}, error);
  if (error) return;
  for (const PatchType type : {PatchType::kJson, PatchType::kMerge}) {
    const auto result = apiserver::apply_body(type, document, patch, nullptr);
    require(result.ok() || !result.status().message().empty(), "a refusal says nothing");
  }
}

std::vector<std::string> seeds() {
  const std::string document = R"({"a":{"b":[1,2,{"c":null}]},"d":"e","~x":{"/":true}})";
  std::vector<std::string> all;
  for (const char* patch :
       {R"([{"op":"add","path":"/a/b/-","value":{"f":1}},{"op":"remove","path":"/d"}])",
        R"([{"op":"test","path":"/~0x/~1","value":true},{"op":"replace","path":"","value":{}}])",
        R"([{"op":"copy","from":"/a/b/2","path":"/g"},{"op":"move","from":"/a","path":"/h"}])",
        R"({"a":{"b":null,"i":[{}]},"d":{"j":1.5}})", R"({"d":null})"})
    all.push_back(std::string(patch) + "\n" + document);
  return all;
}

}  // namespace kubus::fuzz
