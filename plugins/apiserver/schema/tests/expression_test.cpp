// Rules of schemas: what they refuse, in which words, and which of them are refused themselves.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include "schema/expression_rule.h"

namespace kubus::apiserver {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;

// A whole object whose spec has these properties and rules.
Schema spec_with(const std::string& rules, const std::string& properties) {
  return compile_schema(json::parse(R"({"type":"object","properties":{"spec":{"type":"object",)"
                                    R"("x-kubernetes-validations":[)" +
                                    rules + R"(],"properties":{)" + properties + "}}}}"));
}

std::string outcome(const Schema& schema, const std::string& spec, const std::string& old = {}) {
  const auto object = json::parse(R"({"metadata":{"name":"a"},"spec":)" + spec + "}");
  json::value before;
  if (!old.empty()) before = json::parse(R"({"metadata":{"name":"a"},"spec":)" + old + "}");
  ErrorList errors;
  check_expressions(object, old.empty() ? nullptr : &before, schema, errors);
  return errors.empty() ? "" : join_errors(errors.errors());
}

constexpr char kSizes[] = R"("min":{"type":"integer"},"max":{"type":"integer"})";

TEST(ExpressionRule, RefusesInItsOwnWords) {
  const auto plain = spec_with(R"({"rule":"self.min <= self.max"})", kSizes);
  EXPECT_EQ(outcome(plain, R"({"min":1,"max":2})"), "");
  EXPECT_EQ(outcome(plain, R"({"min":3,"max":2})"),
            "spec: Invalid value: failed rule: self.min <= self.max");
  const auto message = spec_with(R"({"rule":"self.min <= self.max","message":"must fit","reason":)"
                                 R"("FieldValueForbidden","fieldPath":".min"})",
                                 kSizes);
  EXPECT_EQ(outcome(message, R"({"min":3,"max":2})"), "spec.min: Forbidden: must fit");
  const auto made = spec_with(R"j({"rule":"self.min <= self.max",)j"
                              R"j("messageExpression":"'%d > %d'.format([self.min, self.max])"})j",
                              kSizes);
  EXPECT_EQ(outcome(made, R"({"min":3,"max":2})"), "spec: Invalid value: 3 > 2");
}

TEST(ExpressionRule, SaysWhatCouldNotBeEvaluated) {
  const auto schema = spec_with(R"({"rule":"self.min <= self.max"})", kSizes);
  EXPECT_EQ(outcome(schema, R"({"min":3})"),
            "spec: Invalid value: \"object\": no such key: max evaluating rule: "
            "self.min <= self.max");
}

TEST(ExpressionRule, StopsWhenItCostsTooMuch) {
  std::string list = "[0";
  for (int i = 1; i < 1000; ++i) list += "," + std::to_string(i);
  const auto schema = spec_with(R"j({"rule":"self.l.all(x, self.l.all(y, x + y >= 0))"})j",
                                R"("l":{"type":"array","items":{"type":"integer"}})");
  EXPECT_THAT(outcome(schema, R"({"l":)" + list + "]}"),
              HasSubstr("no further validation rules will be run due to call cost exceeds limit"));
}

TEST(ExpressionRule, ComparesWithWhatWasThere) {
  const auto schema =
      spec_with(R"({"rule":"self.min >= oldSelf.min","message":"only up"})", kSizes);
  EXPECT_EQ(outcome(schema, R"({"min":1})"), "");
  EXPECT_EQ(outcome(schema, R"({"min":2})", R"({"min":1})"), "");
  EXPECT_EQ(outcome(schema, R"({"min":1})", R"({"min":2})"),
            "spec: Invalid value: only up");
  const auto optional =
      spec_with(R"j({"rule":"oldSelf.hasValue() || self.min == 0","optionalOldSelf":true,)j"
                R"j("message":"starts at 0"})j",
                kSizes);
  EXPECT_EQ(outcome(optional, R"({"min":1})"), "spec: Invalid value: starts at 0");
  EXPECT_EQ(outcome(optional, R"({"min":2})", R"({"min":1})"), "");
}

TEST(ExpressionRule, FindsItemsByTheirKeys) {
  const auto schema = spec_with("", R"("l":{"type":"array","x-kubernetes-list-type":"map",
      "x-kubernetes-list-map-keys":["k"],"items":{"type":"object",
      "x-kubernetes-validations":[{"rule":"self.v >= oldSelf.v"}],
      "properties":{"k":{"type":"string"},"v":{"type":"integer"}}}})");
  const std::string old = R"({"l":[{"k":"a","v":1},{"k":"b","v":5}]})";
  EXPECT_EQ(outcome(schema, R"({"l":[{"k":"b","v":6},{"k":"a","v":1},{"k":"c","v":0}]})", old), "");
  EXPECT_EQ(outcome(schema, R"({"l":[{"k":"b","v":4},{"k":"a","v":1}]})", old),
            "spec.l[0]: Invalid value: failed rule: self.v >= oldSelf.v");
}

TEST(ExpressionRule, LeavesWhatDidNotChange) {
  const auto schema =
      spec_with("", R"("a":{"type":"string","x-kubernetes-validations":[{"rule":"self != 'bad'"}]},
             "b":{"type":"string"})");
  EXPECT_NE(outcome(schema, R"({"a":"bad"})"), "");
  EXPECT_EQ(outcome(schema, R"({"a":"bad","b":"y"})", R"({"a":"bad","b":"x"})"), "");
  EXPECT_EQ(outcome(schema, R"({"a":"bad"})", R"({"a":"x"})"),
            "spec.a: Invalid value: \"bad\": failed rule: self != 'bad'");
}

TEST(ExpressionRule, ReadsValuesAsTheSchemaSays) {
  const auto schema =
      spec_with(R"j({"rule":"self.d == 1.0 && self.t.getFullYear() == 2024 && self.b == b'hi')j"
                R"j( && self.w < duration('2h') && self.i == 5 && self.__namespace__ == 'n')j"
                R"j( && self.m.all(k, self.m[k] > 0)",)j"
                R"j("message":"no"})j",
                R"("d":{"type":"number"},"t":{"type":"string","format":"date-time"},
         "w":{"type":"string","format":"duration"},"b":{"type":"string","format":"byte"},
         "i":{"x-kubernetes-int-or-string":true},"namespace":{"type":"string"},
         "m":{"type":"object","additionalProperties":{"type":"integer"}})");
  EXPECT_EQ(outcome(schema, R"({"d":1,"t":"2024-01-01T00:00:00Z","w":"1h","b":"aGk=","i":5,
                               "namespace":"n","m":{"x":1}})"),
            "");
}

std::string faults(const std::string& rule, const std::string& properties = kSizes) {
  ErrorList errors;
  check_rules(spec_with(rule, properties), Path("s"), true, errors);
  return errors.empty() ? "" : join_errors(errors.errors());
}

TEST(ExpressionRule, IsRefusedWhenItMakesNoSense) {
  struct Case {
    const char* rule;
    const char* error;
  };
  constexpr Case kCases[] = {
      {R"({"rule":" "})",
       "s.properties[spec].x-kubernetes-validations[0].rule: Required value: "
       "rule is not specified"},
      {R"({"rule":"self.x"})", "compilation failed: ERROR: <input>:1:5: undefined field 'x'"},
      {R"({"rule":"self.min"})", "cel expression must evaluate to a bool"},
      {R"j({"rule":"dyn(true)"})j", "cel expression must evaluate to a bool"},
      {R"({"rule":"true","message":" "})", ": must be non-empty if specified"},
      {R"({"rule":"true","message":"a\nb"})", ": must not contain line breaks"},
      {R"({"rule":"true\n||true"})", "message must be specified if rule contains line breaks"},
      {R"({"rule":"true","messageExpression":"1"})", "messageExpression must evaluate to a string"},
      {R"({"rule":"true","messageExpression":"x"})", "messageExpression compilation failed: ERROR"},
      {R"({"rule":"true","reason":"Whim"})",
       "Unsupported value: \"Whim\": supported values: \"FieldValueDuplicate\", "
       "\"FieldValueForbidden\", \"FieldValueInvalid\", \"FieldValueRequired\""},
      {R"({"rule":"true","fieldPath":".nope"})",
       "Invalid value: \".nope\": must be a valid path"},
      {R"({"rule":"true","optionalOldSelf":true})",
       "may not be set if oldSelf is not used in rule"},
  };
  for (const auto& one : kCases) EXPECT_THAT(faults(one.rule), HasSubstr(one.error)) << one.rule;
  EXPECT_EQ(faults(R"({"rule":"self.min > 0","message":"m","fieldPath":".min"})"), "");
  EXPECT_THAT(faults("", R"("l":{"type":"array","items":{"type":"string",
                            "x-kubernetes-validations":[{"rule":"self == oldSelf"}]}})"),
              HasSubstr("oldSelf cannot be used on the uncorrelatable portion of the schema within "
                        "s.properties[spec].properties[l]"));
}

TEST(ExpressionRule, IsNotCompiledWhereWordsAreWrong) {
  const auto told = faults(R"({"rule":"nothing"})",
                           R"("a":{"type":"integer","x-kubernetes-validations":[{"rule":" "}]})");
  EXPECT_EQ(told,
            "s.properties[spec].properties[a].x-kubernetes-validations[0].rule: Required value: "
            "rule is not specified");
  // Those below come first.
  const auto both = faults(R"({"rule":"one"})",
                           R"("a":{"type":"integer","x-kubernetes-validations":[{"rule":"two"}]})");
  EXPECT_LT(both.find("'two'"), both.find("'one'"));
  EXPECT_THAT(faults(R"({"rule":"oldSelf.min < 'a'","optionalOldSelf":true})"),
              HasSubstr("true: may not be set if oldSelf is not used in rule"));
  EXPECT_THAT(faults(R"j({"rule":"true","messageExpression":"'a'.find('[')"})j"),
              HasSubstr("messageExpression instantiation failed: error parsing regexp: missing "
                        "closing ]: `[`"));
}

TEST(ExpressionRule, CannotSpeakOfWhatTheSchemaSaysNothingOf) {
  constexpr char kOpen[] = R"("o":{"x-kubernetes-preserve-unknown-fields":true},
      "t":{"type":"object","x-kubernetes-preserve-unknown-fields":true},"s":{"type":"string"})";
  EXPECT_THAT(faults(R"j({"rule":"has(self.o)"})j", kOpen), HasSubstr("undefined field 'o'"));
  EXPECT_THAT(faults(R"j({"rule":"has(self.t.x)"})j", kOpen), HasSubstr("undefined field 'x'"));
  EXPECT_THAT(faults(R"j({"rule":"self.s == null"})j", kOpen),
              HasSubstr("found no matching overload for '_==_' applied to '(string, null)'"));
}

constexpr char kTry[] =
    " (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, "
    "maps, and strings are declared)";

TEST(ExpressionRule, IsRefusedWhereItMayCostTooMuch) {
  const std::string loop = R"j({"rule":"self.l.all(x, self.l.all(y, x == y || x != y))"})j";
  EXPECT_EQ(faults(loop, R"("l":{"type":"array","items":{"type":"integer"}})"),
            "[s.properties[spec].x-kubernetes-validations[0].rule: Forbidden: estimated rule cost "
            "exceeds budget by factor of more than 100x" +
                std::string(kTry) +
                ", s.properties[spec].x-kubernetes-validations[0].rule: Forbidden: contributed to "
                "estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema, s: "
                "Forbidden: x-kubernetes-validations estimated rule cost total for entire "
                "OpenAPIv3 schema exceeds budget by factor of more than 100x" +
                kTry + "]");
  EXPECT_EQ(faults(loop, R"("l":{"type":"array","maxItems":100,"items":{"type":"integer"}})"), "");
  // 4 characters for each that is said to be there, times 4000 items.
  const auto texts = [&](int length) {
    return faults("", R"("l":{"type":"array","maxItems":4000,"items":{"type":"string",)"
                      R"("maxLength":)" +
                          std::to_string(length) +
                          R"j(,"x-kubernetes-validations":[{"rule":"self.contains('test')"}]}})j");
  };
  EXPECT_EQ(texts(6200), "");
  EXPECT_EQ(texts(7000),
            "s.properties[spec].properties[l].items.x-kubernetes-validations[0].rule: Forbidden: "
            "estimated rule cost exceeds budget by factor of 1.120400x" + std::string(kTry));
  EXPECT_THAT(texts(20000), HasSubstr("exceeds budget by factor of 3.2x"));
}

TEST(ExpressionRule, CountsTheValuesThatFitInARequest) {
  // An integer and a comma: 1,572,864 of them. Each comparison costs 2, the last one 7.
  const auto rules = [](const char* rule) {
    return faults("", std::string(R"("l":{"type":"array","items":{"type":"integer",)") +
                          R"("x-kubernetes-validations":[{"rule":")" + rule + R"("}]}})");
  };
  EXPECT_EQ(rules("self > 0"), "");
  EXPECT_EQ(rules("self > 0 && self < 9 && self != 3"), "");
  EXPECT_THAT(rules("self > 0 && self < 9 && self * self * 2 + self < 9"),
              HasSubstr("exceeds budget by factor of 1.7x"));
}

TEST(ExpressionRule, AllTogetherMayCostTooMuch) {
  std::string rules;
  for (int i = 0; i < 24; ++i)
    rules += std::string(i ? "," : "") + R"j({"rule":"self.l.all(x, true)"})j";
  const auto told = faults(rules, R"("l":{"type":"array","items":{"type":"integer"}})");
  EXPECT_THAT(told, HasSubstr("s: Forbidden: x-kubernetes-validations estimated rule cost total "
                              "for entire OpenAPIv3 schema exceeds budget by factor of 1.132462x"));
  EXPECT_THAT(told, HasSubstr("validations[3].rule: Forbidden: contributed to estimated rule"));
  EXPECT_THAT(told, ::testing::Not(HasSubstr("validations[4].rule: Forbidden: contributed")));
  EXPECT_THAT(told, ::testing::Not(HasSubstr("estimated rule cost exceeds")));
}

}  // namespace
}  // namespace kubus::apiserver
