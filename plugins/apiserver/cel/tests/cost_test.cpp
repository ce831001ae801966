// What expressions may cost, by the bounds of what they are about.
#include <gtest/gtest.h>

#include "cel/cost.h"
#include "cel/program.h"

namespace kubus::apiserver::cel {
namespace {

TypePtr bounded(Kind kind, std::uint64_t most, std::vector<TypePtr> params = {}) {
  auto out = std::make_shared<Type>();
  out->kind = kind;
  out->most = most;
  out->params = std::move(params);
  return out;
}

std::uint64_t cost(std::string_view text, const TypePtr& self) {
  const Declarations names = {{"self", self}, {"oldSelf", self}};
  const auto program = Program::compile(text, names);
  EXPECT_TRUE(program.ok()) << program.error();
  return program.ok() ? program.highest_cost(names) : 0;
}

TEST(CelCost, OfTexts) {
  const auto text = bounded(Kind::kString, 3145726), small = bounded(Kind::kString, 40);
  EXPECT_EQ(cost("self.contains('test')", text), 314574u);
  EXPECT_EQ(cost("self.contains('test')", small), 5u);
  EXPECT_EQ(cost("self == 'test'", text), 2u);
  EXPECT_EQ(cost("self.startsWith(self)", small), 6u);
  EXPECT_EQ(cost("self.matches('^abc$')", small), 11u);
  EXPECT_EQ(cost("self + self == self", small), 3u + 8u + 4u);
  EXPECT_EQ(cost("self.lowerAscii() == self", small), 1u + 4u + 1u + 4u);
  EXPECT_EQ(cost("'ten: ' + string(10) == self", small), 1u + 3u + 1u + 3u);
  EXPECT_EQ(cost("self.split(',').all(x, true)", small), 1u + 8u + 40u * 3u + 1u);
}

TEST(CelCost, OfLists) {
  const auto numbers = bounded(Kind::kList, 1572863, {type_of(Kind::kInt)});
  EXPECT_EQ(cost("self.all(x, true)", numbers), 4718591u);
  const auto ten = bounded(Kind::kList, 10, {type_of(Kind::kInt)});
  EXPECT_EQ(cost("self.all(x, true)", ten), 32u);
  EXPECT_EQ(cost("self.exists(x, true)", ten), 42u);
  EXPECT_EQ(cost("self.all(x, self.all(y, true))", ten), 2u + 10u * (3u + 32u));
  EXPECT_EQ(cost("self.map(x, 1).size() == 10", ten), 1u + 10u + 10u * 12u + 1u + 1u + 1u);
  EXPECT_EQ(cost("self.map(x, 1).all(x, true)", ten), 132u + 31u);
  EXPECT_EQ(cost("1 in self", ten), 11u);
  EXPECT_EQ(cost("self.exists_one(x, true)", ten), 1u + 10u * 2u + 2u);
  const auto words = bounded(Kind::kList, 10, {bounded(Kind::kString, 40)});
  EXPECT_EQ(cost("self.all(x, x.contains('abcd'))", words), 2u + 10u * (3u + 5u));
  EXPECT_EQ(cost("self[0].contains('abcd')", words), 1u + 1u + 4u);
  EXPECT_EQ(cost("self.isSorted()", words), 1u + 10u * 5u);
}

TEST(CelCost, OfWhatNobodyBounds) {
  EXPECT_EQ(cost("self.all(x, x.a == 1)", bounded(Kind::kDyn, kUnbounded)), kUnbounded);
  const auto endless = bounded(Kind::kList, kUnbounded / 2, {type_of(Kind::kInt)});
  EXPECT_EQ(cost("self.all(x, self.all(y, x == y))", endless), kUnbounded);
}

TEST(CelCost, OfChoices) {
  const auto small = bounded(Kind::kString, 40);
  EXPECT_EQ(cost("self == 'a' || self.contains('abcd')", small), 2u + 5u);
  EXPECT_EQ(cost("true ? self.contains('abcd') : false", small), 5u);
  EXPECT_EQ(cost("cel.bind(x, self, x == 'a')", small), 1u + 10u + 2u);
  EXPECT_EQ(cost("[1, 2].size() == 2", small), 12u);
  EXPECT_EQ(cost("{'a': 1}.a == 1", small), 32u);
}

TEST(CelCost, OfNestedChoicesIsFoundInOneWalk) {
  std::string text = "self == 'a'";
  for (int i = 0; i < 40; ++i) text = "((" + text + ") || true)";
  EXPECT_EQ(cost(text, bounded(Kind::kString, 40)), 2u);
}

TEST(CelCost, IsNoLessThanThatOfARun) {
  const auto words = bounded(Kind::kList, 3, {bounded(Kind::kString, 12)});
  const auto document = boost::json::value({"abc", "defgh", "xyz"});
  const std::vector<Value> values = {Value::json(document, words), Value::json(document, words)};
  for (const char* text :
       {"self.all(x, x.size() < 9)", "self.exists(x, x.contains('z'))", "self.isSorted()",
        "self.filter(x, x != 'abc').size() == 2", "self.map(x, x + 'a').exists(x, x == 'xyza')",
        "self.map(x, x.size() > 3, x).size() == 1", "self.exists_one(x, x.matches('^d'))",
        "self[0].startsWith('a') && self.join(',').size() > 3", "self == oldSelf"}) {
    const Declarations names = {{"self", words}, {"oldSelf", words}};
    const auto program = Program::compile(text, names);
    ASSERT_TRUE(program.ok()) << program.error();
    const auto outcome = program.run(values);
    EXPECT_TRUE(outcome.value.is_true()) << text;
    EXPECT_LE(outcome.cost, program.highest_cost(names)) << text;
  }
}

}  // namespace
}  // namespace kubus::apiserver::cel
