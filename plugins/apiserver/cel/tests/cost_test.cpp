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
  EXPECT_EQ(cost("string(10) == 'a'", small), 1u + 1u);
  EXPECT_GT(cost("'ten: ' + string(10) == self", small), kUnbounded / 100);
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
  EXPECT_EQ(cost("[1, 2].size() == 2", small), 12u);
  EXPECT_EQ(cost("{'a': 1}.a == 1", small), 32u);
}

// As the reference answers of an object with these members.
TypePtr object() {
  auto out = std::make_shared<Type>();
  out->kind = Kind::kObject;
  out->name = "object";
  const auto text = bounded(Kind::kString, 40);
  out->fields = {{"a", text},
                 {"b", bounded(Kind::kString, 20)},
                 {"i", type_of(Kind::kInt)},
                 {"x", bounded(Kind::kDyn, 36)},
                 {"by", bounded(Kind::kBytes, 12)},
                 {"li", bounded(Kind::kList, 7, {type_of(Kind::kInt)})},
                 {"ls", bounded(Kind::kList, 7, {text})},
                 {"ll", bounded(Kind::kList, 7, {bounded(Kind::kList, 3, {text})})},
                 {"m", bounded(Kind::kMap, 7, {type_of(Kind::kString), text})}};
  return out;
}

TEST(CelCost, IsThatOfTheReference) {
  struct Row {
    const char* text;
    std::uint64_t cost;
  };
  constexpr Row kRows[] = {
      {"self.x == self.x", 8},
      {"string(self.x) == 'a'", 7},
      {"string(self.x).contains('abcdefghij')", 10},
      {"string(dyn(self.by)).contains('abcdefghij')", 7},
      {"bytes(dyn(self.a)).size() > 1", 9},
      {"type(self.a) == string", 4},
      {"string == string", 2},
      {"{'x': self.a}.x == 'b'", 33},
      {"{'x': self.a}['x'].contains('abcdefghij')", 37},
      {"{}.a == 1", 31},
      {"[][0] == 1", 11},
      {"[self.a, self.b].all(x, x == 'a')", 23},
      {"[self.a][0].contains('abcdefghij')", 17},
      {"matches(self.a, 'a+')", 3},
      {"(self.ls + ['abc']).all(x, x.contains('ab'))", 46},
      {"self.ls.map(x, x + 'a').all(y, y == 'b')", 168},
      {"self.ls.map(x, x)[0].contains('abcdefghij')", 109},
      {"self.ls.filter(x, x == 'a').all(y, y.contains('b'))", 147},
      {"self.ll.map(x, x.map(y, y + 'b')).all(z, z.all(w, w == 'c'))", 595},
      {"self.m.transformMap(k, v, v + 'a').all(y, z, z == 'b')", 125},
      {"self.m.transformMap(k, v, v)['x'].contains('abcdefghij')", 62},
      {"self.a.split(',').all(x, x == 'a')", 171},
      {"self.a.split(',', 3).all(x, x == 'a')", 23},
      {"self.a.findAll('a+', 2).all(x, x == 'a')", 168},
      {"self.ls.slice(0, 1).size() > 1", 16},
      {"self.ls.slice(0, self.i).size() > 1", 24},
      {"self.ls.slice(self.i, 3).all(x, x == 'a')", 31},
      {"self.ll.flatten().size() > 1", 22},
      {"self.ll.flatten(3).all(x, x == 'a')", 63},
      {"self.ls.distinct().all(x, x == 'a')", 308},
      {"self.ls.distinct().distinct().size() > 1", 4926},
      {"self.li.sort().size() > 1", 113},
      {"self.ls.sort().size() > 1", 118},
      {"self.ls.sort()[0] == 'a'", 117},
      {"self.ls.sortBy(x, x.size()).all(x, x == 'a')", 429},
      {"self.ls.sortBy(x, x).size() > 1", 232},
      {"self.ls.reverse().size() > 1", 22},
      {"lists.range(5).all(x, x > 1)", 42},
      {"url(self.a) == url(self.b)", 12},
      {"format.dns1123Label() == format.uuid()", 9},
      {"cidr(self.a).containsIP('1.2.3.4')", 11},
      {"cidr(self.a).containsIP(ip('1.2.3.4'))", 11},
      {"cidr(self.a).containsCIDR(self.b)", 17},
      {"cidr(self.a).containsCIDR(cidr(self.b))", 17},
      {"sign(quantity(self.a)) == 1", 8},
      {"[?self.?a, 'b'].all(x, x == 'a')", 21},
      {"optional.unwrap([self.?a]).size() > 1", 15},
      {"dyn(self.ls)[0].contains('abcdefghij')", 4},
      {"dyn(self).x == 1", 2},
  };
  for (const auto& row : kRows) EXPECT_EQ(cost(row.text, object()), row.cost) << row.text;
}

TEST(CelCost, OfWhatTheReferenceCannotBound) {
  for (const char* text :
       {"string(self.i) + 'a' == 'b'", "string(1).contains('a')", "['a', 'b'].join() == 'a'",
        "['a', 'bc'].isSorted()", "['a', 'b'].max() == 'a'", "self.ls.slice(3, 1).size() > 1",
        "self.a.split(',', -1).all(x, x == 'a')", "[self.?a].unwrapOpt().all(x, x == 'a')",
        "self.ls.map(x, x + 'a').join(',').contains('a')", "lists.range(self.i).size() > 1"})
    EXPECT_GT(cost(text, object()), kUnbounded / 100) << text;
}

// What is made by an expression is measured as if it stood in the variable itself.
TEST(CelCost, OfWhatIsMadeIsThatOfTheVariable) {
  EXPECT_EQ(cost("['abc'].all(x, x.contains('abcdefghij'))", bounded(Kind::kString, 40)), 19u);
  EXPECT_EQ(cost("['a'].all(x, x.contains('abcdefghij'))", type_of(Kind::kInt)), 15u);
  const auto words = bounded(Kind::kList, 7, {bounded(Kind::kString, 40)});
  EXPECT_EQ(cost("[['abc']].all(x, x.all(y, y.contains('abcdefghij')))", words), 82u);
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
