#include "selector/label_selector.h"

#include <gtest/gtest.h>

namespace kubus::apiserver {
namespace {

struct MatchCase {
  const char* selector;
  bool matches;
};

constexpr Label kLabels[] = {{"app", "web"}, {"empty", ""}, {"generation", "7"}, {"in", "in"}};

constexpr MatchCase kMatches[] = {
    {"", true},
    {"app=web", true},
    {"app==web", true},
    {"app!=web", false},
    {"app = web , generation", true},
    {"other!=web", true},
    {"app in (a,web)", true},
    {"app notin (a,web)", false},
    {"other notin (a)", true},
    {"app", true},
    {"!app", false},
    {"!other", true},
    {"empty=", true},
    {"empty in ()", true},
    {"app in (,web)", true},
    {"generation>6", true},
    {"generation>7", false},
    {"generation<8,app", true},
    {"app>1", false},
    {"in in (in,notin)", true},
};

TEST(LabelSelector, Matches) {
  for (const MatchCase& c : kMatches) {
    const auto selector = LabelSelector::parse(c.selector);
    ASSERT_TRUE(selector.ok()) << c.selector << ": " << selector.status().to_string();
    EXPECT_EQ(selector->matches(kLabels), c.matches) << c.selector;
  }
  EXPECT_FALSE(LabelSelector::nothing().matches(kLabels));
}

struct ErrorCase {
  const char* selector;
  const char* message;
};

constexpr ErrorCase kErrors[] = {
    {",", "found ',', expected: !, identifier, or 'end of string'"},
    {"a,", "found '', expected: identifier after ','"},
    {"a b", "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"},
    {"a=b c", "found 'c', expected: ',' or 'end of string'"},
    {"a in", "unable to parse requirement: found '' expected: '('"},
    {"a in (b", "unable to parse requirement: found '', expected: ',' or ')'"},
    {"a in (b c)", "unable to parse requirement: found 'c', expected: ',' or ')'"},
    {"a==(", "unable to parse requirement: found '(', expected: identifier"},
    {"!", "unable to parse requirement: found '', expected: identifier"},
    {"a>b",
     "unable to parse requirement: values[0]: Invalid value: \"b\": for 'Gt', 'Lt' operators, the "
     "value must be an integer"},
    {"a=b@c",
     "unable to parse requirement: values[0][a]: Invalid value: \"b@c\": a valid label must be an "
     "empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end "
     "with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for "
     "validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"},
    {"@a",
     "unable to parse requirement: <nil>: Invalid value: \"@a\": name part must consist of "
     "alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric "
     "character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
     "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"},
};

TEST(LabelSelector, ReportsErrorsAsTheReference) {
  for (const ErrorCase& c : kErrors) {
    const auto selector = LabelSelector::parse(c.selector);
    ASSERT_FALSE(selector.ok()) << c.selector;
    EXPECT_EQ(selector.status().message(), c.message) << c.selector;
    EXPECT_EQ(selector.code(), Code::kBadRequest);
  }
}

TEST(LabelSelector, PrintsCanonically) {
  const auto selector = LabelSelector::parse("z notin (b,a),!y,x,a==1,b!=2,c in (q)");
  ASSERT_TRUE(selector.ok());
  EXPECT_EQ(selector->to_string(), "a==1,b!=2,c in (q),x,!y,z notin (a,b)");
}

}  // namespace
}  // namespace kubus::apiserver
