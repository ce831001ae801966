// Documents of other servers within ours.
#include "openapi/merge.h"

#include <google/protobuf/unknown_field_set.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "openapi/document_proto.h"

namespace kubus::apiserver {
namespace {

namespace json = boost::json;

constexpr const char* kOwn =
    R"({"swagger":"2.0","info":{"title":"Kubernetes","version":"v1"},"paths":{"/api/v1/pods":{)"
    R"("get":{"description":"ours"}}},"definitions":{"meta.Object":{"type":"object",)"
    R"("properties":{"name":{"type":"string"}}},"meta.Options":{"type":"object",)"
    R"("x-kubernetes-group-version-kind":[{"group":"","kind":"Options","version":"v1"}]},)"
    R"("meta.Object_v2":{"type":"string"}},"securityDefinitions":{"B":{"type":"apiKey"}},)"
    R"("security":[{"B":[]}]})";

std::shared_ptr<const SwaggerPart> part(const std::string& text, const std::string& group) {
  auto part = part_of_group(text, group);
  EXPECT_TRUE(part.ok()) << part.status().message();
  return part.ok() ? std::make_shared<const SwaggerPart>(std::move(*part)) : nullptr;
}

json::value merged(const std::vector<std::shared_ptr<const SwaggerPart>>& parts) {
  return json::parse(merge_v2(kOwn, parts));
}

constexpr const char* kTheirs =
    R"({"swagger":"2.0","info":{"title":"x","version":"v0"},"paths":{)"
    R"("/apis/x.io/":{"get":{"description":"the group"}},"/apis/x.io/v1/things":{"get":)"
    R"({"parameters":[{"$ref":"#/parameters/limit"}],"responses":{"200":{"schema":)"
    R"({"$ref":"#/definitions/x.Thing"}}}}},"/apis/other.io/v1/others":{"get":{"responses":)"
    R"({"200":{"schema":{"$ref":"#/definitions/x.Unused"}}}}},"/healthz":{}},"definitions":{)"
    R"("x.Thing":{"type":"object","properties":{"metadata":{"$ref":"#/definitions/meta.Object"},)"
    R"("part":{"$ref":"#/definitions/x.Part"}}},"x.Part":{"type":"string","maxLength":5},)"
    R"("x.Unused":{},"meta.Object":{"type":"object","properties":{"uid":{"type":"string"}}},)"
    R"("meta.Options":{"type":"object","x-kubernetes-group-version-kind":[)"
    R"({"group":"x.io","kind":"Options","version":"v1"}]}},"parameters":{"limit":{"in":"query",)"
    R"("name":"limit","type":"integer","maximum":7.5},"unused":{"in":"query"}}})";

TEST(PartOfGroup, IsWhatThePathsOfTheGroupReferTo) {
  const auto own = part(kTheirs, "x.io");
  ASSERT_TRUE(own);
  EXPECT_EQ(own->paths.size(), 2U);
  EXPECT_EQ(own->definitions.size(), 3U);
  EXPECT_TRUE(own->definitions.contains("x.Part"));
  EXPECT_FALSE(own->definitions.contains("x.Unused"));
  EXPECT_EQ(own->parameters.size(), 1U);
}

TEST(PartOfGroup, RefusesWhatIsNoDocument) {
  for (const char* text : {"", "nothing", "[]", "{}", R"({"swagger":"2.0","paths":7})",
                           R"({"openapi":"3.0.0","paths":{}})"})
    EXPECT_EQ(part_of_group(text, "x.io").ok(), false) << text;
  EXPECT_TRUE(part_of_group(R"({"swagger":"2.0","paths":{},"definitions":[]})", "x.io").ok());
  // What refers to itself, or to nothing, has an end all the same.
  const auto own = part(R"({"swagger":"2.0","paths":{"/apis/x.io/a":{"$ref":"#/definitions/A"}},)"
                        R"("definitions":{"A":{"b":{"$ref":"#/definitions/A"},)"
                        R"("c":{"$ref":"#/definitions/none"}}}})",
                        "x.io");
  EXPECT_EQ(own->definitions.size(), 1U);
}

TEST(MergeV2, AddsTheirPathsAndRenamesWhatDiffers) {
  const auto document = merged({part(kTheirs, "x.io")});
  const auto& definitions = document.at("definitions").as_object();
  EXPECT_EQ(document.at("paths").as_object().size(), 3U);
  EXPECT_EQ(definitions.at("meta.Object").at("properties").as_object().count("name"), 1U);
  // "_v2" is taken by something else.
  ASSERT_TRUE(definitions.contains("meta.Object_v3"));
  EXPECT_EQ(definitions.at("x.Thing").at("properties").at("metadata").at("$ref"),
            "#/definitions/meta.Object_v3");
  EXPECT_EQ(definitions.at("x.Thing").at("properties").at("part").at("$ref"),
            "#/definitions/x.Part");
  EXPECT_TRUE(document.at("parameters").as_object().contains("limit"));
  EXPECT_EQ(document.at("info").at("title"), "Kubernetes");
  EXPECT_EQ(document.at("security").as_array().size(), 1U);
}

TEST(MergeV2, TakesOneNameForOneThing) {
  const auto theirs = part(kTheirs, "x.io");
  auto again = std::string(kTheirs);
  for (auto at = again.find("x.io"); at != again.npos; at = again.find("x.io", at))
    again.replace(at, 4, "y.io");
  const auto document = merged({theirs, part(again, "y.io"), theirs});
  const auto& definitions = document.at("definitions").as_object();
  EXPECT_FALSE(definitions.contains("meta.Object_v4"));
  EXPECT_FALSE(definitions.contains("x.Part_v2"));
  EXPECT_FALSE(definitions.contains("x.Thing_v3"));
  EXPECT_EQ(document.at("paths").as_object().size(), 5U);
}

TEST(MergeV2, AddsTheirKindsToTypesThatAreTheSame) {
  auto using_options = std::string(kTheirs);
  using_options.replace(using_options.find("#/definitions/x.Part"), 20,
                        "#/definitions/meta.Options");
  const auto document = merged({part(using_options, "x.io")});
  const auto& kinds =
      document.at("definitions").at("meta.Options").at("x-kubernetes-group-version-kind");
  EXPECT_EQ(json::serialize(kinds), R"([{"group":"","kind":"Options","version":"v1"},)"
                                    R"({"group":"x.io","kind":"Options","version":"v1"}])");
}

TEST(MergeV2, WithoutPartsSaysTheSame) { EXPECT_EQ(merged({}), json::parse(kOwn)); }

TEST(MergeV2, IsThereInProtobufToo) {
  const auto bytes = openapi_v2_protobuf(merge_v2(kOwn, {part(kTheirs, "x.io")}));
  google::protobuf::UnknownFieldSet set;
  ASSERT_TRUE(set.ParseFromString(bytes));
  for (const char* text : {"meta.Object_v3", "#/definitions/x.Part", "#/parameters/limit"})
    EXPECT_NE(bytes.find(text), std::string::npos) << text;
  bool parameters = false;
  for (int i = 0; i < set.field_count(); ++i) parameters |= set.field(i).number() == 10;
  EXPECT_TRUE(parameters);
}

}  // namespace
}  // namespace kubus::apiserver
