#include "schema/schema.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "schema/shape.h"
#include "schema/validate.h"

namespace kubus::apiserver {
namespace {

namespace json = boost::json;

// A schema of an object with these properties of its spec.
Schema spec_of(const std::string& properties, const std::string& more = {}) {
  return compile_schema(json::parse(R"({"type":"object","properties":{"spec":{"type":"object",)" +
                                    more + R"("properties":{)" + properties + "}}}}"));
}

struct ShapeCase {
  const char* name;
  const char* properties;
  const char* sent;      // the spec
  const char* expected;  // what becomes of it
  const char* unknown;   // paths that went, with a space behind each
};

class ShapeTest : public testing::TestWithParam<ShapeCase> {};

TEST_P(ShapeTest, PrunesAndDefaults) {
  const auto& c = GetParam();
  const auto schema = spec_of(c.properties);
  auto object = json::parse(std::string(R"({"apiVersion":"g/v1","kind":"K","metadata":{"x":1},)") +
                            "\"spec\":" + c.sent + "}")
                    .as_object();
  std::vector<std::string> unknown;
  prune(object, schema, &unknown);
  apply_schema_defaults(object, schema);
  EXPECT_EQ(object["spec"], json::parse(c.expected)) << json::serialize(object);
  EXPECT_EQ(object["metadata"], json::parse(R"({"x":1})"));
  std::string joined;
  for (const auto& path : unknown) joined += path + " ";
  EXPECT_EQ(joined, c.unknown);
}

constexpr ShapeCase kShapes[] = {
    {"unknown_goes", R"("a":{"type":"string"})", R"({"a":"x","b":1})", R"({"a":"x"})", "spec.b "},
    {"unknown_in_lists_goes",
     R"("l":{"type":"array","items":{"type":"object","properties":{"a":{"type":"string"}}}})",
     R"({"l":[{"a":"x"},{"b":1}]})", R"({"l":[{"a":"x"},{}]})", "spec.l[1].b "},
    {"preserved", R"("a":{"type":"object","x-kubernetes-preserve-unknown-fields":true})",
     R"({"a":{"b":{"c":1}}})", R"({"a":{"b":{"c":1}}})", ""},
    {"pruned_below_what_is_preserved",
     R"("a":{"type":"object","x-kubernetes-preserve-unknown-fields":true,
            "properties":{"b":{"type":"object"}}})",
     R"({"a":{"b":{"c":1},"d":2}})", R"({"a":{"b":{},"d":2}})", "spec.a.b.c "},
    {"additional_stay_and_are_pruned",
     R"("m":{"type":"object","additionalProperties":{"type":"object",
            "properties":{"a":{"type":"integer"}}}})",
     R"({"m":{"x":{"a":1,"b":2}}})", R"({"m":{"x":{"a":1}}})", "spec.m.x.b "},
    {"any_additional", R"("m":{"type":"object","additionalProperties":true})",
     R"({"m":{"x":{"a":1}}})", R"({"m":{"x":{"a":1}}})", ""},
    {"embedded_keeps_its_type",
     R"("e":{"type":"object","x-kubernetes-embedded-resource":true,
            "properties":{"spec":{"type":"object"}}})",
     R"({"e":{"apiVersion":"v1","kind":"Pod","metadata":{"name":"x"},"spec":{"a":1},"b":2}})",
     R"({"e":{"apiVersion":"v1","kind":"Pod","metadata":{"name":"x"},"spec":{}}})",
     "spec.e.spec.a spec.e.b "},
    {"default_comes", R"("a":{"type":"integer","default":3})", "{}", R"({"a":3})", ""},
    {"default_within_default",
     R"("a":{"type":"object","default":{},"properties":{"b":{"type":"string","default":"x"}}})",
     "{}", R"({"a":{"b":"x"}})", ""},
    {"no_default_below_what_is_absent",
     R"("a":{"type":"object","properties":{"b":{"type":"string","default":"x"}}})", "{}", "{}",
     ""},
    {"default_in_items",
     R"("l":{"type":"array","items":{"type":"object",
            "properties":{"p":{"type":"string","default":"TCP"}}}})",
     R"({"l":[{},{"p":"UDP"}]})", R"({"l":[{"p":"TCP"},{"p":"UDP"}]})", ""},
    {"default_in_map",
     R"("m":{"type":"object","additionalProperties":{"type":"object",
            "properties":{"p":{"type":"integer","default":1}}}})",
     R"({"m":{"x":{}}})", R"({"m":{"x":{"p":1}}})", ""},
    {"null_gives_way_to_the_default", R"("a":{"type":"integer","default":3})", R"({"a":null})",
     R"({"a":3})", ""},
    {"null_in_a_list_gives_way",
     R"("l":{"type":"array","items":{"type":"integer","default":1}})", R"({"l":[null,2]})",
     R"({"l":[1,2]})", ""},
    {"null_in_a_map_gives_way",
     R"("m":{"type":"object","additionalProperties":{"type":"integer","default":1}})",
     R"({"m":{"a":null}})", R"({"m":{"a":1}})", ""},
    {"null_goes", R"("a":{"type":"integer"})", R"({"a":null})", "{}", ""},
    {"nullable_null_stays", R"("a":{"type":"integer","nullable":true,"default":3})",
     R"({"a":null})", R"({"a":null})", ""},
};

INSTANTIATE_TEST_SUITE_P(All, ShapeTest, testing::ValuesIn(kShapes),
                         [](const auto& info) { return std::string(info.param.name); });

struct CheckCase {
  const char* name;
  const char* properties;
  const char* spec;
  const char* expected;  // empty: nothing is wrong
};

class CheckTest : public testing::TestWithParam<CheckCase> {};

TEST_P(CheckTest, SaysWhatIsWrong) {
  const auto& c = GetParam();
  const auto schema = spec_of(c.properties);
  const auto object = json::parse(std::string("{\"spec\":") + c.spec + "}");
  ErrorList errors;
  check_schema(object, nullptr, schema, Path(), errors);
  check_list_items(object, schema, Path(), errors);
  EXPECT_EQ(join_errors(errors.errors()), c.expected);
}

constexpr CheckCase kChecks[] = {
    {"sound", R"("a":{"type":"integer","minimum":1,"maximum":10})", R"({"a":5})", ""},
    {"type", R"("a":{"type":"integer"})", R"({"a":"x"})",
     R"(spec.a: Invalid value: "string": spec.a in body must be of type integer: "string")"},
    {"null", R"("a":{"type":"integer"})", R"({"a":null})",
     R"(spec.a: Invalid value: "null": spec.a in body must be of type integer: "null")"},
    {"nullable", R"("a":{"type":"integer","nullable":true})", R"({"a":null})", ""},
    {"maximum", R"("a":{"type":"integer","maximum":10})", R"({"a":11})",
     "spec.a: Invalid value: 11: spec.a in body should be less than or equal to 10"},
    {"exclusive_maximum", R"("a":{"type":"integer","maximum":10,"exclusiveMaximum":true})",
     R"({"a":10})", "spec.a: Invalid value: 10: spec.a in body should be less than 10"},
    {"minimum", R"("a":{"type":"integer","minimum":1})", R"({"a":0})",
     "spec.a: Invalid value: 0: spec.a in body should be greater than or equal to 1"},
    {"multiple", R"("a":{"type":"integer","multipleOf":3})", R"({"a":4})",
     "spec.a: Invalid value: 4: spec.a in body should be a multiple of 3"},
    {"pattern", R"("a":{"type":"string","pattern":"^[a-z]+$"})", R"({"a":"A1"})",
     R"(spec.a: Invalid value: "A1": spec.a in body should match '^[a-z]+$')"},
    {"longest", R"("a":{"type":"string","maxLength":2})", R"({"a":"abc"})",
     "spec.a: Too long: may not be more than 2 bytes"},
    {"first_fault_of_a_text", R"("a":{"type":"string","minLength":2,"pattern":"^[a-z]+$"})",
     R"({"a":"A"})", R"(spec.a: Invalid value: "A": spec.a in body should be at least 2 chars long)"},
    {"too_few_items", R"("l":{"type":"array","minItems":1})", R"({"l":[]})",
     "spec.l: Invalid value: 0: spec.l in body should have at least 1 items"},
    {"beyond_integers", R"("a":{"type":"integer"})", R"({"a":1e30})",
     R"(spec.a: Invalid value: "number": spec.a in body must be of type integer: "number")"},
    {"shortest", R"("a":{"type":"string","minLength":2})", R"({"a":"a"})",
     R"(spec.a: Invalid value: "a": spec.a in body should be at least 2 chars long)"},
    {"enumerated", R"("a":{"type":"string","enum":["x","y"]})", R"({"a":"z"})",
     R"(spec.a: Unsupported value: "z": supported values: "x", "y")"},
    {"items", R"("l":{"type":"array","items":{"type":"string"},"maxItems":1})",
     R"({"l":["a","b"]})", "spec.l: Too many: 2: must have at most 1 item"},
    {"item_type", R"("l":{"type":"array","items":{"type":"string"}})", R"({"l":["a",1]})",
     R"(spec.l[1]: Invalid value: "integer": spec.l[1] in body must be of type string: "integer")"},
    {"required", R"("o":{"type":"object","required":["n"],"properties":{"n":{"type":"string"}}})",
     R"({"o":{}})", "spec.o.n: Required value"},
    {"int_or_string_number", R"("p":{"x-kubernetes-int-or-string":true})", R"({"p":80})", ""},
    {"int_or_string_text", R"("p":{"x-kubernetes-int-or-string":true})", R"({"p":"10%"})", ""},
    {"int_or_string_neither", R"("p":{"x-kubernetes-int-or-string":true})", R"({"p":true})",
     R"(spec.p: Invalid value: "boolean": spec.p in body must be of type integer,string: "boolean")"},
    {"format", R"("a":{"type":"string","format":"ipv4"})", R"({"a":"1.2.3"})",
     R"(spec.a: Invalid value: "1.2.3": spec.a in body must be of type ipv4: "1.2.3")"},
    {"unknown_format", R"("a":{"type":"string","format":"flavour"})", R"({"a":"x"})", ""},
    {"set", R"("l":{"type":"array","x-kubernetes-list-type":"set","items":{"type":"string"}})",
     R"({"l":["a","b","a"]})", R"(spec.l[2]: Duplicate value: "a")"},
    {"map_list",
     R"("l":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["n"],
            "items":{"type":"object","properties":{"n":{"type":"string"}}}})",
     R"({"l":[{"n":"a"},{"n":"a"}]})", R"(spec.l[1]: Duplicate value: {"n":"a"})"},
    {"not", R"("a":{"type":"integer","not":{"minimum":5}})", R"({"a":7})",
     R"(<nil>: Invalid value: "": "spec.a" must not validate the schema (not))"},
};

INSTANTIATE_TEST_SUITE_P(All, CheckTest, testing::ValuesIn(kChecks),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(Schema, AlternativesAreCounted) {
  const auto schema = spec_of(R"("a":{"type":"integer"},"b":{"type":"integer"})",
                              R"("oneOf":[{"required":["a"]},{"required":["b"]}],)");
  const auto errors_of = [&](const char* spec) {
    ErrorList errors;
    check_schema(json::parse(std::string("{\"spec\":") + spec + "}"), nullptr, schema, Path(),
                 errors);
    return errors.size();
  };
  EXPECT_EQ(errors_of(R"({"a":1})"), 0u);
  EXPECT_NE(errors_of("{}"), 0u);
  EXPECT_NE(errors_of(R"({"a":1,"b":2})"), 0u);
}

TEST(Schema, WhatHasNotChangedIsNoReasonToRefuse) {
  const auto schema = spec_of(R"("a":{"type":"integer","maximum":10},
      "l":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["n"],
           "items":{"type":"object","properties":{"n":{"type":"string"},
                                                  "v":{"type":"integer","maximum":1}}}})");
  const auto old = json::parse(R"({"spec":{"a":20,"l":[{"n":"x","v":5}]}})");
  const auto check = [&](const char* text) {
    ErrorList errors;
    check_schema(json::parse(text), &old, schema, Path(), errors);
    return join_errors(errors.errors());
  };
  EXPECT_EQ(check(R"({"spec":{"a":20,"l":[{"n":"y","v":0},{"n":"x","v":5}]}})"), "");
  EXPECT_EQ(check(R"({"spec":{"a":21,"l":[{"n":"x","v":5}]}})"),
            "spec.a: Invalid value: 21: spec.a in body should be less than or equal to 10");
  EXPECT_EQ(check(R"({"spec":{"a":20,"l":[{"n":"x","v":6}]}})"),
            "spec.l[0].v: Invalid value: 6: spec.l[0].v in body should be less than or equal to 1");
}

TEST(Schema, NonsenseIsLeftOut) {
  for (const char* text : {"null", "[]", "7", R"({"type":7,"properties":[],"items":[{}]})",
                           R"({"type":"string","pattern":"("})", R"({"anyOf":{},"enum":"x"})"}) {
    const auto schema = compile_schema(json::parse(text));
    ErrorList errors;
    check_schema(json::parse(R"({"a":"b"})"), nullptr, schema, Path(), errors);
  }
}

}  // namespace
}  // namespace kubus::apiserver
