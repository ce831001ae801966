// Documents of version 2 as ones of version 3.
#include "openapi/upgrade.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace kubus::apiserver {
namespace {

namespace json = boost::json;

constexpr const char* kThings =
    R"({"swagger":"2.0","info":{"title":"theirs","version":"v0"},"paths":{)"
    R"("/apis/x.io/v1/things":{"parameters":[{"$ref":"#/parameters/pretty"}],)"
    R"("post":{"operationId":"createThing","consumes":["application/json","*/*"],)"
    R"("produces":["application/json"],"x-kubernetes-action":"post","schemes":["https"],)"
    R"("parameters":[{"$ref":"#/parameters/body"},{"name":"limit","in":"query","type":"integer",)"
    R"("uniqueItems":true,"description":"how many"}],"responses":{"200":{"description":"OK",)"
    R"("schema":{"$ref":"#/definitions/x.Thing"}},"401":{"description":"Unauthorized"}}}},)"
    R"("/apis/x.io/v1beta1/others":{"get":{"responses":{"200":{"schema":)"
    R"({"$ref":"#/definitions/x.Other"}}}}}},)"
    R"("parameters":{"pretty":{"name":"pretty","in":"query","type":"string"},)"
    R"("body":{"name":"body","in":"body","required":true,)"
    R"("schema":{"$ref":"#/definitions/x.Thing"}}},)"
    R"("definitions":{"x.Thing":{"type":"object","properties":{"parts":{"type":"array",)"
    R"("items":{"$ref":"#/definitions/x.Part"}},"more":{"additionalProperties":)"
    R"({"$ref":"#/definitions/x.Part"}}},"x-kubernetes-group-version-kind":[{"kind":"Thing"}]},)"
    R"("x.Part":{"type":"string","maxLength":5},"x.Other":{"type":"string"}}})";

json::value upgraded(const std::string& text, const std::string& version) {
  const auto part = part_of_group(text, "x.io");
  EXPECT_TRUE(part.ok()) << part.status().message();
  return json::parse(document_v3_of(*part, "x.io", version));
}

TEST(Upgrade, HasBodiesAndAnswersInEachOfTheirForms) {
  const auto document = upgraded(kThings, "v1");
  EXPECT_EQ(document.at("openapi"), "3.0.0");
  EXPECT_EQ(document.at("info").at("title"), "theirs");
  const auto& things = document.at("paths").at("/apis/x.io/v1/things");
  EXPECT_EQ(things.at("parameters"),
            json::parse(R"([{"name":"pretty","in":"query","schema":{"type":"string"}}])"));
  EXPECT_EQ(things.at("post"), json::parse(R"({"operationId":"createThing",
      "x-kubernetes-action":"post",
      "parameters":[{"name":"limit","in":"query","description":"how many",
                     "schema":{"type":"integer","uniqueItems":true}}],
      "requestBody":{"required":true,"content":{
        "application/json":{"schema":{"$ref":"#/components/schemas/x.Thing"}},
        "*/*":{"schema":{"$ref":"#/components/schemas/x.Thing"}}}},
      "responses":{"200":{"description":"OK","content":{"application/json":
                      {"schema":{"$ref":"#/components/schemas/x.Thing"}}}},
                   "401":{"description":"Unauthorized"}}})"));
}

TEST(Upgrade, HasTheSchemasOfItsVersionAlone) {
  const auto document = upgraded(kThings, "v1");
  EXPECT_EQ(document.at("paths").as_object().size(), 1U);
  EXPECT_EQ(document.at("components").at("schemas"), json::parse(R"({
      "x.Thing":{"type":"object","properties":{
          "parts":{"type":"array","items":{"$ref":"#/components/schemas/x.Part"}},
          "more":{"additionalProperties":{"$ref":"#/components/schemas/x.Part"}}},
        "x-kubernetes-group-version-kind":[{"kind":"Thing"}]},
      "x.Part":{"type":"string","maxLength":5}})"));
  EXPECT_TRUE(upgraded(kThings, "v1beta1").at("components").at("schemas").as_object().contains(
      "x.Other"));
}

TEST(Upgrade, IsNothingWhereTheVersionHasNoPaths) {
  const auto part = part_of_group(kThings, "x.io");
  ASSERT_TRUE(part.ok());
  EXPECT_EQ(document_v3_of(*part, "x.io", "v1beta"), "");
  EXPECT_EQ(document_v3_of(*part, "x.io", "v2"), "");
}

TEST(Upgrade, DoesNotGrowWithoutBounds) {
  std::string forms = "\"a/0\"";
  for (int i = 1; i < 1000; ++i) forms += ",\"a/" + std::to_string(i) + '"';
  const auto part = part_of_group(
      R"({"swagger":"2.0","paths":{"/apis/x.io/v1/a":{"post":{"consumes":[)" + forms +
          R"(],"parameters":[{"in":"body","schema":{"description":")" +
          std::string(std::size_t{1} << 20, 'x') + R"("}}]}}}})",
      "x.io");
  ASSERT_TRUE(part.ok());
  EXPECT_EQ(document_v3_of(*part, "x.io", "v1"), "");
}

TEST(Upgrade, LeavesOutWhatMakesNoSense) {
  const auto document = upgraded(
      R"({"swagger":"2.0","paths":{"/apis/x.io/v1/a":{"get":{"parameters":[7,{"$ref":"nowhere"},)"
      R"({"$ref":"#/parameters/none"}],"responses":{"200":[]}},"put":3},"/apis/x.io/v1/b":[]}})",
      "v1");
  EXPECT_EQ(document.at("paths"),
            json::parse(R"({"/apis/x.io/v1/a":{"get":{"responses":{"200":[]}},"put":3}})"));
}

}  // namespace
}  // namespace kubus::apiserver
