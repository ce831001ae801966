#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "kubus/api/resource.h"
#include "patch/tests/apply_body.h"

namespace kubus::apiserver {
namespace {

namespace json = boost::json;

const google::protobuf::Descriptor* schema_of(std::string_view api_version, std::string_view kind) {
  return find_message(api_version, kind);
}

struct Case {
  const char* name;
  const char* document;
  const char* patch;
  const char* expected;
};

class StrategicMergeTest : public testing::TestWithParam<Case> {};

TEST_P(StrategicMergeTest, MergesAPod) {
  const Case& c = GetParam();
  const auto result = apply_body(PatchType::kStrategicMerge, json::parse(c.document), c.patch,
                                 schema_of("v1", "Pod"));
  ASSERT_TRUE(result.ok()) << result.status().to_string();
  EXPECT_EQ(*result, json::parse(c.expected)) << json::serialize(*result);
}

constexpr Case kCases[] = {
    {"merges_containers_by_name", R"({"spec":{"containers":[{"name":"a","image":"1"}]}})",
     R"({"spec":{"containers":[{"name":"a","image":"2"},{"name":"b"}]}})",
     R"({"spec":{"containers":[{"name":"a","image":"2"},{"name":"b"}]}})"},
    {"new_elements_stand_before_unnamed_ones",
     R"({"spec":{"containers":[{"name":"a"},{"name":"b"}]}})",
     R"({"spec":{"containers":[{"name":"c"}]}})",
     R"({"spec":{"containers":[{"name":"c"},{"name":"a"},{"name":"b"}]}})"},
    {"deletes_an_element", R"({"spec":{"containers":[{"name":"a"},{"name":"b"}]}})",
     R"({"spec":{"containers":[{"name":"a","$patch":"delete"}]}})",
     R"({"spec":{"containers":[{"name":"b"}]}})"},
    {"replaces_a_list", R"({"spec":{"containers":[{"name":"a"},{"name":"b"}]}})",
     R"({"spec":{"containers":[{"name":"c"},{"$patch":"replace"}]}})",
     R"({"spec":{"containers":[{"name":"c"}]}})"},
    {"replaces_a_map", R"({"metadata":{"labels":{"a":"1"}}})",
     R"({"metadata":{"labels":{"$patch":"replace","b":"2"}}})",
     R"({"metadata":{"labels":{"b":"2"}}})"},
    {"deletes_a_map", R"({"spec":{"securityContext":{"runAsUser":1}}})",
     R"({"spec":{"securityContext":{"$patch":"delete"}}})", R"({"spec":{"securityContext":{}}})"},
    {"null_removes", R"({"metadata":{"labels":{"a":"1","b":"2"}}})",
     R"({"metadata":{"labels":{"a":null}}})", R"({"metadata":{"labels":{"b":"2"}}})"},
    {"null_in_new_value_vanishes", R"({"spec":{}})",
     R"({"spec":{"securityContext":{"runAsUser":null,"fsGroup":3}}})",
     R"({"spec":{"securityContext":{"fsGroup":3}}})"},
    {"atomic_list_is_replaced", R"({"spec":{"tolerations":[{"key":"a"}]}})",
     R"({"spec":{"tolerations":[{"key":"b"}]}})", R"({"spec":{"tolerations":[{"key":"b"}]}})"},
    {"set_of_strings_is_merged", R"({"metadata":{"finalizers":["a","b"]}})",
     R"({"metadata":{"finalizers":["c","a"]}})", R"({"metadata":{"finalizers":["c","a","b"]}})"},
    {"deletes_from_set_of_strings", R"({"metadata":{"finalizers":["a","b"]}})",
     R"({"metadata":{"$deleteFromPrimitiveList/finalizers":["a"]}})",
     R"({"metadata":{"finalizers":["b"]}})"},
    {"orders_elements", R"({"spec":{"containers":[{"name":"a"},{"name":"b"},{"name":"c"}]}})",
     R"({"spec":{"$setElementOrder/containers":[{"name":"c"},{"name":"a"}],)"
     R"("containers":[{"name":"a","image":"x"}]}})",
     R"({"spec":{"containers":[{"name":"b"},{"name":"c"},{"name":"a","image":"x"}]}})"},
    {"what_is_added_takes_the_place_of_what_is_deleted",
     R"({"spec":{"containers":[{"name":"a"},{"name":"b"},{"name":"c"}]}})",
     R"({"spec":{"$setElementOrder/containers":[{"name":"d"}],)"
     R"("containers":[{"name":"d"},{"name":"a","$patch":"delete"}]}})",
     R"({"spec":{"containers":[{"name":"b"},{"name":"c"},{"name":"d"}]}})"},
    {"what_replaces_a_list_needs_no_order", R"({"spec":{"containers":[{"name":"a"}]}})",
     R"({"spec":{"$setElementOrder/containers":[{"name":"b"},{"name":"c"}],)"
     R"("containers":[{"$patch":"replace"},{"name":"b"}]}})",
     R"({"spec":{"containers":[{"name":"b"}]}})"},
    {"retains_keys", R"({"spec":{"volumes":[{"name":"v","emptyDir":{}}]}})",
     R"({"spec":{"volumes":[{"name":"v","$retainKeys":["name","hostPath"],)"
     R"("hostPath":{"path":"/x"}}]}})",
     R"({"spec":{"volumes":[{"name":"v","hostPath":{"path":"/x"}}]}})"},
    {"merges_within_inlined_messages",
     R"({"spec":{"volumes":[{"name":"v","configMap":{"name":"c","items":[{"key":"k"}]}}]}})",
     R"({"spec":{"volumes":[{"name":"v","configMap":{"optional":true}}]}})",
     R"({"spec":{"volumes":[{"name":"v","configMap":)"
     R"({"name":"c","items":[{"key":"k"}],"optional":true}}]}})"},
    {"merges_ports_by_number",
     R"({"spec":{"containers":[{"name":"a","ports":[{"containerPort":80,"name":"x"}]}]}})",
     R"({"spec":{"containers":[{"name":"a","ports":[{"containerPort":80,"protocol":"UDP"}]}]}})",
     R"({"spec":{"containers":[{"name":"a","ports":)"
     R"([{"containerPort":80,"name":"x","protocol":"UDP"}]}]}})"},
};

INSTANTIATE_TEST_SUITE_P(Cases, StrategicMergeTest, testing::ValuesIn(kCases),
                         [](const auto& info) { return info.param.name; });

struct ErrorCase {
  const char* patch;
  Code code;
  const char* message;
};

constexpr ErrorCase kErrors[] = {
    {R"({"spec":{"containers":[{"image":"x"}]}})", Code::kUnknown,
     "map: map[image:x] does not contain declared merge key: name"},
    {R"({"spec":{"containers":[{"$patch":"frob","name":"a"}]}})", Code::kUnknown,
     "unknown patch type: frob in map: map[$patch:frob name:a]"},
    {R"({"spec":{"$retainKeys":["x"],"nodeName":"n"}})", Code::kBadRequest,
     "invalid patch format of retainKeys"},
    {R"({"spec":{"$setElementOrder/containers":[{"name":"b"}],)"
     R"("containers":[{"name":"a","image":"x"}]}})",
     Code::kUnknown, nullptr},
    {R"({"spec":{"$setElementOrder/containers":[{"name":"b"}],)"
     R"("containers":[{"name":"b"},{"image":"x"}]}})",
     Code::kUnknown,
     "The order in patch list:\n[map[name:b] map[image:x]]\n doesn't match $setElementOrder "
     "list:\n[map[name:b]]\n"},
    {R"({"spec":{"$setElementOrder/volumes":[{"name":"a"}],"volumes":[]}})", Code::kUnknown,
     "no elements in any of the given slices"},
    {R"({"spec":{"$patch":"merge","nodeName":"n"}})", Code::kUnknown,
     "unknown patch type: merge in map: map[$patch:merge nodeName:n]"},
    {"[]", Code::kBadRequest, nullptr},
};

TEST(StrategicMerge, ReportsErrors) {
  const json::value pod = json::parse(R"({"spec":{"containers":[{"name":"a"}]}})");
  for (const ErrorCase& c : kErrors) {
    const auto result =
        apply_body(PatchType::kStrategicMerge, pod, c.patch, schema_of("v1", "Pod"));
    EXPECT_EQ(result.code(), c.code) << c.patch;
    if (c.message != nullptr) {
      EXPECT_EQ(result.status().message(), c.message);
    }
  }
}

TEST(StrategicMerge, RetainKeysOfDeploymentStrategy) {
  const auto result = apply_body(
      PatchType::kStrategicMerge,
      json::parse(
          R"({"spec":{"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":1}}}})"),
      R"({"spec":{"strategy":{"$retainKeys":["type"],"type":"Recreate"}}})",
      schema_of("apps/v1", "Deployment"));
  ASSERT_TRUE(result.ok()) << result.status().to_string();
  EXPECT_EQ(*result, json::parse(R"({"spec":{"strategy":{"type":"Recreate"}}})"));
}

}  // namespace
}  // namespace kubus::apiserver
