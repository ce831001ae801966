#include "schema/json_path.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace kubus::apiserver {
namespace {

namespace json = boost::json;

constexpr char kDocument[] = R"({
  "spec": {"replicas": 3, "a.b": "dotted", "ports": [{"name": "web", "port": 80},
                                                     {"name": "dns", "port": 53}]},
  "status": {"conditions": [{"type": "Ready", "status": "True", "weight": 1},
                            {"type": "Synced", "status": "False", "weight": 5}]}
})";

struct Case {
  const char* name;
  const char* path;
  const char* expected;  // JSON; null: nothing is found
};

class JsonPathTest : public testing::TestWithParam<Case> {};

TEST_P(JsonPathTest, FindsTheFirstValue) {
  const auto document = json::parse(kDocument);
  const auto path = JsonPath::parse(GetParam().path);
  ASSERT_TRUE(path.ok()) << path.status().to_string();
  const auto* found = path->find(document);
  if (!GetParam().expected) {
    EXPECT_EQ(found, nullptr) << json::serialize(*found);
    return;
  }
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(json::serialize(*found), GetParam().expected);
}

constexpr Case kCases[] = {
    {"field", ".spec.replicas", "3"},
    {"root_sign", "$.spec.replicas", "3"},
    {"braces", "{.spec.replicas}", "3"},
    {"missing", ".spec.nothing.at.all", nullptr},
    {"escaped_dot", ".spec.a\\.b", "\"dotted\""},
    {"quoted_name", ".spec['a.b']", "\"dotted\""},
    {"index", ".spec.ports[1].port", "53"},
    {"index_from_the_end", ".spec.ports[-1].name", "\"dns\""},
    {"index_beyond", ".spec.ports[2].name", nullptr},
    {"wildcard", ".spec.ports[*].port", "80"},
    {"filter_by_text", ".status.conditions[?(@.type==\"Synced\")].status", "\"False\""},
    {"filter_by_text_single_quotes", ".status.conditions[?(@.type == 'Ready')].status",
     "\"True\""},
    {"filter_unequal", ".status.conditions[?(@.type!='Ready')].type", "\"Synced\""},
    {"filter_by_number", ".status.conditions[?(@.weight>=2)].type", "\"Synced\""},
    {"filter_none", ".status.conditions[?(@.type=='Gone')].status", nullptr},
    {"filter_presence", ".spec.ports[?(@.port)].name", "\"web\""},
    {"descend", "..port", "80"},
};

INSTANTIATE_TEST_SUITE_P(All, JsonPathTest, testing::ValuesIn(kCases),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(JsonPath, RefusesWhatIsNoPath) {
  for (const char* text : {"spec", ".spec[", ".spec[x]", ".a[?(b==1)]", ".spec[?(@.a==)]"})
    EXPECT_FALSE(JsonPath::parse(text).ok()) << text;
}

TEST(JsonPath, TellsPlainPathsByTheirNames) {
  const auto plain = JsonPath::parse(".spec.replicas");
  ASSERT_TRUE(plain.ok());
  EXPECT_TRUE(plain->is_plain());
  EXPECT_EQ(plain->names(), (std::vector<std::string>{"spec", "replicas"}));
  const auto indexed = JsonPath::parse(".spec.list[0]");
  ASSERT_TRUE(indexed.ok());
  EXPECT_FALSE(indexed->is_plain());
}

TEST(JsonPath, RefusesFiltersWithinFilters) {
  constexpr int kDepth = 100000;
  std::string text = ".a";
  for (int i = 0; i < kDepth; ++i) text += "[?(@.a";
  for (int i = 0; i < kDepth; ++i) text += ")]";
  EXPECT_FALSE(JsonPath::parse(text).ok());
}

}  // namespace
}  // namespace kubus::apiserver
