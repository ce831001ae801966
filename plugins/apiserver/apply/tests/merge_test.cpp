#include "apply/merge.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>

#include "apply/check.h"
#include "apply/fields_v1.h"
#include "kubus/api/json_value.h"
#include "kubus/api/resource.h"

namespace kubus::apiserver {
namespace {

const Atom& type_named(std::string_view kind) { return atom_of(*find_message("v1", kind)); }

std::string text_of(const boost::json::value& value) {
  std::string out;
  append_json(value, out);
  return out;
}

boost::json::value pod_with(const std::string& what, const std::string& value) {
  return boost::json::parse(R"({"spec":{")" + what + "\":" + value + "}}");
}

struct ListCase {
  const char* live;
  const char* config;
  const char* merged;
};

TEST(MergeConfig, OrdersListsAsTheConfigurationDoes) {
  // Names of volumes, one letter each.
  constexpr ListCase kCases[] = {
      {"", "", ""},        {"ab", "", "ab"},      {"", "ab", "ab"},     {"ab", "ba", "ba"},
      {"abc", "b", "abc"}, {"ab", "c", "abc"},    {"abc", "ca", "bca"}, {"abcd", "dx", "abcdx"},
      {"ab", "xa", "xab"}, {"abc", "xc", "abxc"}, {"ac", "abc", "abc"}, {"abcde", "edb", "acedb"},
      {"a", "bac", "bac"}, {"xay", "ab", "xayb"},
  };
  const auto list = [](std::string_view names) {
    std::string json = "[";
    for (const char name : names) {
      if (json.size() > 1) json += ',';
      json += std::string(R"({"name":")") + name + "\"}";
    }
    return json + "]";
  };
  for (const auto& c : kCases) {
    auto merged = pod_with("volumes", list(c.live));
    ASSERT_TRUE(merge_config(type_named("Pod"), merged, pod_with("volumes", list(c.config))).ok());
    EXPECT_EQ(text_of(merged), text_of(pod_with("volumes", list(c.merged))))
        << c.live << " with " << c.config;
  }
}

TEST(MergeConfig, MergesByType) {
  struct Case {
    const char* what;
    const char* live;
    const char* config;
    const char* merged;
  };
  constexpr Case kCases[] = {
      {"containers", R"([{"name":"a","image":"i","env":[{"name":"E","value":"1"}]}])",
       R"([{"name":"a","image":"j","env":[{"name":"F"}]}])",
       R"([{"name":"a","image":"j","env":[{"name":"E","value":"1"},{"name":"F"}]}])"},
      {"tolerations", R"([{"key":"a"}])", R"([{"key":"b"}])", R"([{"key":"b"}])"},
      {"nodeSelector", R"({"a":"b"})", R"({"c":"d"})", R"({"c":"d"})"},
      {"securityContext", R"({"runAsUser":1})", R"({"runAsGroup":2})",
       R"({"runAsGroup":2,"runAsUser":1})"},
      {"securityContext", R"({"runAsUser":1})", "{}", R"({"runAsUser":1})"},
      {"securityContext", R"({"runAsUser":1})", "null", R"({"runAsUser":1})"},
      {"securityContext", "null", "{}", "{}"},
      {"securityContext", R"({"runAsUser":1})", R"({"runAsUser":null})", R"({"runAsUser":null})"},
      // The protocol that is missing is TCP, so that this is one port.
      {"containers", R"([{"name":"a","ports":[{"containerPort":80,"protocol":"TCP"}]}])",
       R"([{"name":"a","ports":[{"containerPort":80,"name":"web"}]}])",
       R"([{"name":"a","ports":[{"containerPort":80,"name":"web","protocol":"TCP"}]}])"},
      // Nobody can say which of two is meant: what is applied stands alone.
      {"volumes", R"([{"name":"a","hostPath":{"path":"/"}},{"name":"a","emptyDir":{}}])",
       R"([{"name":"a"}])", R"([{"name":"a"}])"},
  };
  for (const auto& c : kCases) {
    auto merged = pod_with(c.what, c.live);
    ASSERT_TRUE(merge_config(type_named("Pod"), merged, pod_with(c.what, c.config)).ok());
    EXPECT_EQ(text_of(merged), text_of(pod_with(c.what, c.merged))) << c.config;
  }
}

TEST(MergeConfig, MergesLongLists) {
  const auto list = [](int from, int to, const char* image) {
    std::string json = "[";
    for (int i = from; i < to; ++i)
      json += (json.size() > 1 ? R"(,{"name":"c)" : R"({"name":"c)") + std::to_string(i) +
              R"(","image":")" + image + "\"}";
    return json + "]";
  };
  auto merged = pod_with("containers", list(0, 100, "old"));
  const auto config = pod_with("containers", list(50, 150, "new"));
  ASSERT_TRUE(merge_config(type_named("Pod"), merged, config).ok());
  const auto& containers = merged.at("spec").at("containers").as_array();
  ASSERT_EQ(containers.size(), 150u);
  for (std::size_t i = 0; i < containers.size(); ++i) {
    EXPECT_EQ(containers[i].at("name").as_string(), "c" + std::to_string(i));
    EXPECT_EQ(containers[i].at("image").as_string(), i < 50 ? "old" : "new");
  }
}

// Otherwise fields that are applied as they are would be taken for changed ones.
TEST(MergeConfig, LeavesAloneWhatIsEqual) {
  auto merged = boost::json::parse(R"({"spec":{"nodeSelector":{"a":"1","b":"2"},"priority":1}})");
  const auto before = boost::json::serialize(merged);
  const auto config =
      boost::json::parse(R"({"spec":{"priority":1.0,"nodeSelector":{"b":"2","a":"1"}}})");
  ASSERT_TRUE(merge_config(type_named("Pod"), merged, config).ok());
  EXPECT_EQ(boost::json::serialize(merged), before);
}

TEST(RemoveFields, TakesOutFieldsAndWhatIsBelow) {
  const auto object = boost::json::parse(
      R"({"metadata":{"labels":{"a":"b"},"finalizers":["x","y"]},"spec":{"nodeSelector":{"k":"v"},)"
      R"("containers":[{"name":"a","image":"i"},{"name":"b","image":"j"}]}})");
  struct Case {
    const char* doomed;
    const char* left;
  };
  constexpr Case kCases[] = {
      {"{}", R"({"metadata":{"finalizers":["x","y"],"labels":{"a":"b"}},"spec":{"containers":)"
             R"([{"image":"i","name":"a"},{"image":"j","name":"b"}],"nodeSelector":{"k":"v"}}})"},
      {R"({"f:metadata":{"f:labels":{"f:a":{}},"f:finalizers":{"v:\"x\"":{}}},"f:spec":{}})",
       R"({"metadata":{"finalizers":["y"],"labels":null}})"},
      {R"({"f:metadata":{},"f:spec":{"f:nodeSelector":{},"f:containers":{"k:{\"name\":\"a\"}":)"
       R"({".":{},"f:name":{}},"k:{\"name\":\"b\"}":{"f:image":{}}}}})",
       R"({"spec":{"containers":[{"name":"b"}]}})"},
  };
  for (const auto& c : kCases) {
    const auto doomed = decode_fields(c.doomed);
    ASSERT_TRUE(doomed.ok());
    EXPECT_EQ(text_of(remove_fields(type_named("Pod"), object, *doomed)), c.left) << c.doomed;
  }
}

TEST(WithNamedFields, AddsFieldsButNoKeysOfMaps) {
  const auto fields = decode_fields(
      R"({"f:metadata":{"f:labels":{"f:a":{}}},"f:spec":{"f:containers":{"k:{\"name\":\"a\"}":)"
      R"({"f:resources":{"f:limits":{"f:cpu":{}}}}}}})");
  ASSERT_TRUE(fields.ok());
  EXPECT_EQ(encode_fields(with_named_fields(*fields, type_named("Pod"))),
            R"({"f:metadata":{".":{},"f:labels":{".":{},"f:a":{}}},"f:spec":{".":{},)"
            R"("f:containers":{".":{},"k:{\"name\":\"a\"}":{"f:resources":{".":{},"f:limits":)"
            R"({".":{},"f:cpu":{}}}}}}})");
}

TEST(CheckTyped, SaysWhatIsWrong) {
  struct Case {
    const char* kind;
    const char* json;
    const char* problem;
  };
  constexpr Case kCases[] = {
      {"Pod", R"({"spec":{"nothing":1}})", ".spec.nothing: field not declared in schema"},
      {"Pod", R"({"spec":[]})", ".spec: expected map, got &{[]}"},
      {"Pod", R"({"spec":{"containers":{"name":"a"}}})",
       ".spec.containers: expected list, got &{map[name:a]}"},
      {"Pod", R"({"spec":{"priority":"high"}})",
       ".spec.priority: expected numeric (int or float), got string"},
      {"ConfigMap", R"({"data":{"a":1}})",
       ".data.a: expected string, got &value.valueUnstructured{Value:1}"},
      {"Pod", R"({"spec":{"hostNetwork":"yes"}})",
       ".spec.hostNetwork: expected boolean, got &{yes}"},
      {"Pod", R"({"spec":{"containers":[{"name":"a"},{"name":"a"}]}})",
       R"(.spec.containers: duplicate entries for key [name="a"])"},
      {"Pod", R"({"spec":{"containers":[{"image":"a"},{"name":""}]}})",
       R"(.spec.containers: duplicate entries for key [name=""])"},
      {"ServiceAccount", R"({"secrets":[{"kind":"a"}]})",
       ".secrets: element 0: associative list with keys has an element that omits all key fields "
       "[\"name\"] (and doesn't have default values for any key fields)"},
      {"Pod", R"({"spec":{"containers":[{"name":"a","resources":{"limits":{"cpu":[]}}}]}})",
       R"(.spec.containers[name="a"].resources.limits.cpu: expected any scalar, got &{[]})"},
      {"Pod", R"({"metadata":{"x":1},"y":2})",
       "errors:\n  .metadata.x: field not declared in schema\n  .y: field not declared in schema"},
  };
  for (const auto& c : kCases) {
    const auto status = check_typed(type_named(c.kind), boost::json::parse(c.json), false);
    EXPECT_EQ(status.code(), Code::kUnknown);
    EXPECT_EQ(status.message(), c.problem);
  }
  for (const char* sound :
       {R"({"spec":{"containers":[{"name":"a","ports":[{"containerPort":1.0}],"resources":)"
        R"({"limits":{"cpu":1,"memory":"1Gi"}},"livenessProbe":{"httpGet":{"port":"web"}}}]}})",
        R"({"spec":{"containers":[{"image":"a","ports":[{"name":"web"}]}]}})",
        R"({"metadata":null,"spec":{"volumes":null,"priority":null}})"})
    EXPECT_TRUE(check_typed(type_named("Pod"), boost::json::parse(sound), false).ok()) << sound;
  EXPECT_TRUE(check_typed(type_named("Pod"),
                          boost::json::parse(R"({"spec":{"volumes":[{"name":"a"},{"name":"a"}]}})"),
                          true)
                  .ok());
}

}  // namespace
}  // namespace kubus::apiserver
