// What expressions yield, what is wrong with those that yield nothing, and in which words.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "cel/parser.h"
#include "cel/program.h"

namespace kubus::apiserver::cel {
namespace {

using ::testing::HasSubstr;

const boost::json::value& document() {
  static const auto tree = boost::json::parse(R"({
      "name": "web", "replicas": 3, "ratio": 2, "when": "2024-02-29T12:30:45.5Z", "for": "1h30m",
      "ports": [{"name":"http","port":80},{"name":"dns","port":53}], "words": ["b","a","c"],
      "labels": {"app":"x","tier":"back"}, "any": {"deep":[1,{"x":null}]}})");
  return tree;
}

TypePtr document_type() {
  static const auto type = [] {
    auto port = std::make_shared<Type>();
    port->kind = Kind::kObject;
    port->name = "port";
    port->fields = {{"name", type_of(Kind::kString)}, {"port", type_of(Kind::kInt)}};
    auto out = std::make_shared<Type>();
    out->kind = Kind::kObject;
    out->name = "object";
    out->fields = {{"name", type_of(Kind::kString)},
                   {"replicas", type_of(Kind::kInt)},
                   {"ratio", type_of(Kind::kDouble)},
                   {"when", type_of(Kind::kTimestamp)},
                   {"__for__", type_of(Kind::kDuration)},
                   {"missing", type_of(Kind::kString)},
                   {"ports", list_of(port)},
                   {"words", list_of(type_of(Kind::kString))},
                   {"labels", map_of(type_of(Kind::kString), type_of(Kind::kString))},
                   {"any", type_of(Kind::kDyn)}};
    out->written = {{"__for__", "for"}};
    return TypePtr(out);
  }();
  return type;
}

Outcome run(std::string_view text, std::uint64_t limit = kExpressionCost) {
  const auto program = Program::compile(text, {{"self", document_type()}});
  if (!program.ok()) return {Value::error(program.error())};
  const std::vector<Value> variables = {Value::json(document(), document_type())};
  return program.run(variables, limit);
}

// Each is true.
constexpr const char* kTrue[] = {
    "1 + 2 * 3 == 7",
    "(1 + 2) * 3 == 9",
    "-7 / 2 == -3 && -7 % 2 == -1",
    "10 - 3 - 2 == 5",
    "7u + 1u == 8u",
    "0x1F == 31 && 0xFFu == 255u",
    "1.5e3 == 1500.0 && .5 == 0.5",
    "-9223372036854775808 < 0",
    "1 < 2.5 && 2u > 1 && 3.0 >= 3u",
    "dyn(1) == dyn(1.0) && dyn(1) == dyn(1u)",
    "'a' + 'b' == \"ab\" && b'a' + b'b' == b'ab'",
    "'\\u00e9\\x41\\101\\n' == 'éAA\\n'",
    "r'\\d' == '\\\\d' && '''a'b''' == \"a'b\"",
    "[1, 2] + [3] == [1, 2, 3] && [] == []",
    "{'a': 1, 'b': 2} == {'b': 2, 'a': 1}",
    "{dyn(3): dyn('c'), dyn('b'): dyn(2), dyn(true): dyn(1), dyn(1u): dyn('a')}[3] == 'c' && {2: "
    "'b', 1: 'a'} == {1: 'a', 2: 'b'}",
    "{1: 'x'}[1] == 'x' && {'a': {'b': 5}}.a.b == 5",
    "2 in [1, 2] && !(3 in [1, 2]) && 'a' in {'a': 1}",
    "true ? true : 1 / 0 > 0",
    "true || 1 / 0 > 0",
    "1 / 0 > 0 || true",
    "!(false && 1 / 0 > 0) && !(1 / 0 > 0 && false)",
    "size('héllo') == 5 && 'abc'.size() == 3 && size([1]) == 1 && size({}) == 0",
    "size(b'é') == 2",
    "'hello'.contains('ell') && 'hello'.startsWith('he') && 'hello'.endsWith('lo')",
    "'abc'.matches('^a.c$') && !'abc'.matches('^b') && matches('xay', 'a')",
    "int('42') == 42 && int(3.9) == 3 && int(-3.9) == -3 && uint(7) == 7u",
    "double('1.5') == 1.5 && double(2) == 2.0",
    "string(1) == '1' && string(1.5) == '1.5' && string(true) == 'true' && string(b'x') == 'x'",
    "bool('true') && !bool('f')",
    "type(1) == int && type('') == string && type([]) == list && type(int) == type",
    "type(null) == null_type && type(duration('1s')) == google.protobuf.Duration",
    "timestamp('2024-02-29T12:30:45Z').getFullYear() == 2024",
    "timestamp('2024-02-29T12:30:45Z').getMonth() == 1",
    "timestamp('2024-02-29T00:00:00Z').getDate('-08:00') == 28",
    "timestamp('2024-02-29T12:30:45Z').getDayOfWeek() == 4",
    "timestamp('2024-02-29T12:30:45Z').getDayOfYear() == 59",
    "timestamp('2024-02-29T12:30:45.25Z').getMilliseconds() == 250",
    "timestamp('2024-01-01T00:00:00Z') + duration('24h') == timestamp('2024-01-02T00:00:00Z')",
    "timestamp('2024-01-02T00:00:00Z') - timestamp('2024-01-01T00:00:00Z') == duration('86400s')",
    "timestamp(0) == timestamp('1970-01-01T00:00:00Z')",
    "string(timestamp('2024-01-01T00:00:00.5Z')) == '2024-01-01T00:00:00.5Z'",
    "string(duration('1h1.5s')) == '3601.5s' && duration('90m').getHours() == 1",
    "duration('1s') < duration('2s') && int(timestamp(7)) == 7",
    // Macros.
    "[1, 2, 3].all(x, x > 0) && ![1, -2].all(x, x > 0) && [].all(x, false)",
    "[1, 2].exists(x, x == 2) && ![].exists(x, true)",
    "[0, 1].exists(x, 1 / x == 1)",
    "![0, 1].all(x, 1 / x > 5)",
    "[1, 2, 2].exists_one(x, x == 1) && ![1, 2, 2].exists_one(x, x == 2)",
    "[1, 2].map(x, x * 2) == [2, 4] && [1, 2, 3].map(x, x > 1, x * 2) == [4, 6]",
    "[1, 2, 3].filter(x, x % 2 == 1) == [1, 3]",
    "{'a': 1}.all(k, k == 'a') && {'a': 1}.map(k, k) == ['a']",
    "[5, 6].all(i, v, v == i + 5) && {'a': 1}.exists(k, v, k == 'a' && v == 1)",
    "[5, 6].transformList(i, v, i + v) == [5, 7]",
    "{'a': 1, 'b': 2}.transformMap(k, v, v > 1, v * 10) == {'b': 20}",
    "{'a': 1, 'b': 2}.transformMapEntry(k, v, {v: k}) == {1: 'a', 2: 'b'}",
    "['x', 'y'].transformMapEntry(i, v, i > 0, {v: i}) == {'y': 1}",
    "{'a': 1, 'b': 2}.exists_one(k, v, v == 2) && [1, 2].existsOne(i, v, i + v == 1)",
    "optional.of(2 + 3).optMap(x, x * x).value() == 25",
    "[[1], [2]].all(x, x.all(y, y > 0))",
    // Optionals.
    "optional.of(1).hasValue() && !optional.none().hasValue()",
    "optional.of(1).orValue(2) == 1 && {'a': 1}.?b.orValue(7) == 7",
    "{'a': 1}[?'a'].value() == 1 && ![1][?5].hasValue()",
    "self.?missing.orValue('none') == 'none'",
    "self.any.?deep[?0].orValue(5) == 1 && self.any.?no.?such.orValue(3) == 3",
    "[?optional.of(1), ?optional.none(), 2] == [1, 2] && {?'a': optional.none()} == {}",
    "optional.of(2).optMap(x, x * 2) == optional.of(4)",
    "optional.of(2).optFlatMap(x, optional.of(x + 1)).value() == 3",
    "[1, 2].first().value() == 1 && [1, 2].last().value() == 2 && ![].first().hasValue()",
    "optional.unwrap([optional.of(1), optional.none()]) == [1]",
    "[optional.of('a'), optional.none()].unwrapOpt() == ['a']",
    "optional.none().or(optional.of(1)).value() == 1 && !optional.ofNonZeroValue('').hasValue()",
    // The document.
    "self.name == 'web' && self.replicas + 1 == 4 && self.ratio == 2.0",
    "has(self.name) && !has(self.missing) && has(self.any.deep) && !has(self.any.no)",
    "self.ports.exists(p, p.name == 'dns' && p.port == 53) && self.ports[0].port == 80",
    "self.labels['app'] == 'x' && self.labels.tier == 'back' && 'app' in self.labels",
    "self.when.getHours() == 12 && self.__for__ == duration('90m')",
    "self.any.deep[1].x == null && self.any.deep.size() == 2",
    "self == self && self.ports[0] != self.ports[1]",
    // Libraries.
    "'héllo'.charAt(1) == 'é' && 'abc'.charAt(3) == ''",
    "'tacocat'.indexOf('c') == 2 && 'tacocat'.indexOf('c', 3) == 4 && 'a'.indexOf('b') == -1",
    "'tacocat'.lastIndexOf('a') == 5 && 'tacocat'.lastIndexOf('a', 4) == 1",
    "'TaÉ'.lowerAscii() == 'taÉ' && 'ta'.upperAscii() == 'TA'",
    "'aaa'.replace('a', 'b') == 'bbb' && 'aaa'.replace('a', 'b', 2) == 'bba'",
    "'ab'.replace('', '-') == '-a-b-'",
    "'a,b,c'.split(',') == ['a', 'b', 'c'] && 'a,b,c'.split(',', 2) == ['a', 'b,c']",
    "'abc'.split('') == ['a', 'b', 'c'] && 'a'.split(',', 0) == []",
    "['a', 'b'].join() == 'ab' && ['a', 'b'].join('-') == 'a-b'",
    "'tacocat'.substring(4) == 'cat' && 'tacocat'.substring(0, 4) == 'taco'",
    "'  a b\\t'.trim() == 'a b'",
    "strings.quote('a\"\\n') == '\"a\\\\\"\\\\n\"'",
    "'%s is %d, %.2f'.format(['x', 3, 2.5]) == 'x is 3, 2.50'",
    "'%x %X %o %b %%'.format([255, 255, 8, 5]) == 'ff FF 10 101 %'",
    "'%s'.format([[1, 'a', null]]) == '[1, a, null]'",
    "[1, 2, 2].isSorted() && !['b', 'a'].isSorted() && [1, 2].sum() == 3 && [1.5, 1.0].sum() == "
    "2.5",
    "[3, 1, 2].min() == 1 && [3, 1, 2].max() == 3 && [1, 2, 1].indexOf(1) == 0",
    "[1, 2, 1].lastIndexOf(1) == 2 && [1].indexOf(2) == -1",
    "[1, 2, 3, 4].slice(1, 3) == [2, 3] && [1].slice(0, 0) == []",
    "[[1], [2, 3]].flatten() == [1, 2, 3] && [[[1]], [[2]]].flatten(2) == [1, 2]",
    "lists.range(3) == [0, 1, 2] && lists.range(-1) == [] && [1, 2].reverse() == [2, 1]",
    "[1, 2, 1, 3].distinct() == [1, 2, 3] && [3, 1, 2].sort() == [1, 2, 3]",
    "['b', 'a'].sort() == ['a', 'b'] && self.ports.sortBy(p, p.port).map(p, p.name) == ['dns', "
    "'http']",
    "sets.contains([1, 2], [2]) && sets.intersects([1], [1, 2]) && sets.equivalent([1, 1], [1])",
    "'abc 123'.find('[0-9]+') == '123' && 'a1b2'.findAll('[0-9]') == ['1', '2']",
    "'a1b2c3'.findAll('[0-9]', 2) == ['1', '2'] && 'x'.find('y') == ''",
    "isURL('https://a.b:80/c?d=e') && !isURL('a b')",
    "url('https://u@h.com:8080/p q?x=1&x=2').getHost() == 'h.com:8080'",
    "url('https://[::1]:80/').getHostname() == '::1' && url('https://[::1]:80/').getPort() == '80'",
    "url('https://a/b?x=1&x=2').getQuery()['x'] == ['1', '2']",
    "isIP('10.0.0.1') && isIP('::1') && !isIP('10.0.0') && !isIP('::ffff:1.2.3.4')",
    "ip('127.0.0.1').isLoopback() && ip('::1').family() == 6 && ip.isCanonical('::1')",
    "!ip.isCanonical('2001:db8::0:1') && ip('fe80::1').isLinkLocalUnicast()",
    "ip('10.0.0.1') == ip('10.0.0.1') && string(ip('::0')) == '::'",
    "cidr('10.0.0.0/8').containsIP('10.1.2.3') && cidr('10.0.0.0/8').prefixLength() == 8",
    "cidr('10.0.0.0/8').containsCIDR(cidr('10.1.0.0/16')) && isCIDR('::/0') && !isCIDR('1.2.3.4')",
    "cidr('10.1.2.3/8').masked() == cidr('10.0.0.0/8')",
    "!format.dns1123Label().validate('web').hasValue()",
    "format.dns1123Label().validate('Web').value()[0].startsWith('a lowercase RFC 1123 label')",
    "format.named('dns1123Label').value() == format.dns1123Label()",
    "!format.named('dns1123label').hasValue()",
    "!format.dns1123LabelPrefix().validate('web-').hasValue() && "
    "format.dns1123Label().validate('web-').hasValue()",
    "!format.qualifiedName().validate('a.b/c').hasValue() && "
    "format.labelValue().validate('-').hasValue()",
    "!format.uri().validate('https://a.b').hasValue() && format.uri().validate('a b').value() == "
    "['parse \\\"a b\\\": invalid URI for request']",
    "format.uuid().validate('x').value() == ['does not match the UUID format']",
    "format.byte().validate('x').value() == ['invalid base64'] && "
    "!format.byte().validate('aGk=').hasValue()",
    "format.date().validate('2024-02-30').value() == ['invalid date'] && "
    "format.datetime().validate('now').value() == ['invalid datetime']",
    "type(format.uuid()) == kubernetes.NamedFormat",
    "timestamp('2024-07-01T22:30:00Z').getDate('Europe/Berlin') == 2",
    "timestamp('2024-01-01T00:00:00Z').getHours('America/New_York') == 19",
    "quantity('1.5G').isGreaterThan(quantity('1G')) && quantity('50k') == quantity('50000')",
    "quantity('1Ki').add(1).asInteger() == 1025 && isQuantity('5m') && !isQuantity('x')",
    "quantity('1').compareTo(quantity('2')) == -1 && !quantity('50m').isInteger()",
    "semver('1.2.3') == semver('1.2.3') && semver('1.2.3-rc.1').isLessThan(semver('1.2.3'))",
    "isSemver('1.0.0') && !isSemver('v1.0') && isSemver('v1.0', true) && semver('2.3.4').minor() "
    "== 3",
};

TEST(Cel, YieldsWhatItShould) {
  for (const auto* text : kTrue) {
    const auto outcome = run(text);
    EXPECT_TRUE(outcome.value.is_true())
        << text << ": " << (outcome.value.is_error() ? outcome.value.as_text() : "not true");
  }
}

struct Case {
  const char* text;
  const char* error;
};

TEST(Cel, FailsAtRunTime) {
  constexpr Case kCases[] = {
      {"1 / 0 == 1", "division by zero"},
      {"1 % 0 == 1", "modulus by zero"},
      {"9223372036854775807 + 1 > 0", "integer overflow"},
      {"-9223372036854775808 / -1 > 0", "integer overflow"},
      {"0u - 1u == 0u", "unsigned integer overflow"},
      {"int(1e30) == 1", "integer overflow"},
      {"uint(-1) == 1u", "unsigned integer overflow"},
      {"int('x') == 1", "type conversion error from 'string' to 'int'"},
      {"[1][1] == 1", "index out of bounds: 1"},
      {"[1][-1] == 1", "index out of bounds: -1"},
      {"{'a': 1}['b'] == 1", "no such key: b"},
      {"self.missing == ''", "no such key: missing"},
      {"self.any.name.x == 1", "no such key: name"},
      {"dyn(1) + dyn('a') == 1", "no such overload"},
      {"dyn(1) && true", "no such overload"},
      {"{'a': 1, 'a': 2} == {}", "duplicate map key"},
      {"'abc'.substring(2, 1) == ''", "invalid substring range. start: 2, end: 1"},
      {"'abc'.charAt(4) == ''", "index out of range: 4"},
      {"'a'.matches('' + '(')", "error parsing regexp"},
      {"[].min() == 1", "min called on empty list"},
      {"optional.none().value() == 1", "optional.none() dereference"},
      {"'%d'.format(['a']) == ''", "%d"},
      {"('' + '%s').format([]) == ''", "index 0 out of range"},
      {"timestamp('9999-12-31T23:59:59Z') + duration('1s') > timestamp(0)", "timestamp overflow"},
      {"ip('x').family() == 4", "parse error during conversion"},
      {"dyn(['a', 'b']).sum() == 'ab'", "no such overload"},
      {"[1, 0].map(x, 1 / x) == []", "division by zero"},
      {"timestamp(0).getHours('Nowhere') == 1", "unknown time zone"},
      {"timestamp(0).getHours('../../etc/passwd') == 1", "unknown time zone"},
      {"[1].slice(0, 2) == []", "cannot slice(0, 2), list is length 1"},
      {"[1].slice(-1, 0) == []", "cannot slice(-1, 0), negative indexes not supported"},
      {"[[1]].flatten(-1) == []", "level must be non-negative"},
      {"[dyn(1), dyn('a')].sort() == []", "list elements must have the same type"},
      {"[1, 2].transformMapEntry(i, v, {'a': v}) == {}", "insert failed: key"},
  };
  for (const auto& one : kCases) {
    const auto outcome = run(one.text);
    ASSERT_TRUE(outcome.value.is_error()) << one.text;
    EXPECT_THAT(std::string(outcome.value.as_text()), HasSubstr(one.error)) << one.text;
    EXPECT_THAT(std::string(outcome.value.as_text()), ::testing::Not(HasSubstr("ERROR: <input>")));
  }
}

TEST(Cel, IsRefusedBeforeItRuns) {
  constexpr Case kCases[] = {
      {"self.nope == 1", "ERROR: <input>:1:5: undefined field 'nope'\n | self.nope == 1\n | ....^"},
      {"other",
       "ERROR: <input>:1:1: undeclared reference to 'other' (in container '')\n | other\n "
       "| ^"},
      {"self.replicas == 'a'",
       "ERROR: <input>:1:15: found no matching overload for '_==_' applied to '(int, string)'\n | "
       "self.replicas == 'a'\n | ..............^"},
      {"self.name + 1", "found no matching overload for '_+_' applied to '(string, int)'"},
      {"self.name.startsWith(1)",
       "found no matching overload for 'startsWith' applied to 'string.(int)'"},
      {"foo(1)", "undeclared reference to 'foo' (in container '')"},
      {"1 == 1.0", "found no matching overload for '_==_' applied to '(int, double)'"},
      {"self.replicas.x", "type 'int' does not support field selection"},
      {"self.replicas && true",
       "ERROR: <input>:1:5: expected type 'bool' but found 'int'"},
      {"true && true && self.name", ":1:21: expected type 'bool' but found 'string'"},
      {"self.words.all(x, x)", ":1:19: expected type 'bool' but found 'string'"},
      {"self.words.exists(x, 1)", ":1:22: expected type 'bool' but found 'int'"},
      {"self.words.filter(x, 1)",
       "found no matching overload for '_?_:_' applied to '(int, list(string), list(string))'"},
      {"[1, 'a']", "expected type 'int' but found 'string'"},
      {"true ? 1 : 'a'", "found no matching overload for '_?_:_' applied to '(bool, int, string)'"},
      {"self.replicas.all(x, true)",
       "expression of type 'int' cannot be range of a comprehension (must be list, map, or "
       "dynamic)"},
      {"'abc'.reverse()", "found no matching overload for 'reverse' applied to 'string.()'"},
      {"[1].sortBy(1, 2)", "argument is not an identifier"},
      {"[1].@sortByAssociatedKeys([1])", "Syntax error"},
      {"has(self)", "invalid argument to has() macro"},
      {"[1].all(1, true)", "argument must be a simple name"},
      {"for", "reserved identifier: for"},
      {"1 +", "Syntax error: mismatched input '<EOF>' expecting"},
      {"'abc", "Syntax error: token recognition error at: "},
      {"1 2", "Syntax error: extraneous input '2' expecting <EOF>"},
      {"9223372036854775808", "invalid int literal"},
      {"\n\n  bad", "ERROR: <input>:3:3: undeclared reference to 'bad'"},
      {"'é' + bad", "ERROR: <input>:1:7: undeclared"},
  };
  for (const auto& one : kCases) {
    const auto program = Program::compile(one.text, {{"self", document_type()}});
    EXPECT_FALSE(program.ok()) << one.text;
    EXPECT_THAT(program.error(), HasSubstr(one.error)) << one.text;
  }
}

TEST(Cel, IsBounded) {
  EXPECT_THAT(Program::compile(std::string(1000, '(') + "1", {}).error(),
              HasSubstr("recursion limit"));
  std::string chain = "1";
  for (int i = 0; i < 2000; ++i) chain += "+1";
  EXPECT_THAT(Program::compile(chain, {}).error(), HasSubstr("nested too deep"));
  std::string both = "true";
  for (int i = 0; i < 2000; ++i) both += "&&true";
  EXPECT_TRUE(Program::compile(both, {}).ok());
  EXPECT_FALSE(Program::compile(std::string(kMaxText + 1, ' '), {}).ok());
}

TEST(Cel, FaultsAreToldAsTheReferenceTellsThem) {
  const auto fault = [](const char* text) {
    const auto program = Program::compile(text, {{"self", type_of(Kind::kInt)}});
    EXPECT_FALSE(program.ok()) << text;
    const auto& error = program.error();
    const auto line = error.substr(0, error.find("\n | "));
    return line.starts_with("ERROR: <input>:") ? line.substr(15) : line;
  };
  struct Row {
    const char* text;
    const char* error;
  };
  constexpr Row kRows[] = {
      {"1 2", "1:3: Syntax error: extraneous input '2' expecting <EOF>"},
      {"a b c", "1:3: Syntax error: mismatched input 'b' expecting <EOF>"},
      {"(1", "1:3: Syntax error: missing ')' at '<EOF>'"},
      {"size(1 2)", "1:8: Syntax error: extraneous input '2' expecting ')'"},
      {"{1 2}", "1:4: Syntax error: missing ':' at '2'"},
      {"[1", "1:3: Syntax error: mismatched input '<EOF>' expecting {']', ','}"},
      {"self.", "1:6: Syntax error: no viable alternative at input '.'"},
      {"self..a", "1:6: Syntax error: no viable alternative at input '..'"},
      {"0x", "1:2: Syntax error: extraneous input 'x' expecting <EOF>"},
      {"self = 1", "1:6: Syntax error: token recognition error at: '= '"},
      {"has(self.x)", "1:4: type 'int' does not support field selection"},
      {"1 && true", "1:1: expected type 'bool' but found 'int'"},
      {"[1].all(x, x)", "1:12: expected type 'bool' but found 'int'"},
      {"[1].map(1, 2)", "1:9: argument is not an identifier"},
      {"[1].all(x, x, true)", "1:12: duplicate variable name: x"},
      {"[1]['a'] == 1",
       "1:4: found no matching overload for '_[_]' applied to '(list(int), string)'"},
      {"sum([1]) == 1", "1:4: found no matching overload for 'sum' applied to '(list(int))'"},
      {"int == 1", "1:5: found no matching overload for '_==_' applied to '(type(int), int)'"},
      {"[[1]].min() == [1]",
       "1:10: found no matching overload for 'min' applied to 'list(list(int)).()'"},
      {"cel.bind(x, 1, true)", "1:1: undeclared reference to 'cel' (in container '')"},
      {"[1].existsOne(x, true)", "1:14: undeclared reference to 'existsOne' (in container '')"},
      {"duration('1') == duration('1h')", "1:10: invalid duration argument"},
      {"duration(1) == duration('1h')", "1:10: invalid duration argument"},
      {"timestamp('2020-01-01') == timestamp(1)", "1:11: invalid timestamp argument"},
      {"'a'.matches('[')", "1:13: invalid matches argument"},
      {"matches('[', 'a')", "1:9: invalid matches argument"},
      {"'%s %s'.format(['a']) == 'a'", "1:15: index 1 out of range"},
      {"matches('a', '[')", "error parsing regexp: missing closing ]: `[`"},
      {"'a'.find('(?=a)') == ''",
       "error parsing regexp: invalid or unsupported Perl syntax: `(?=`"},
  };
  for (const auto& row : kRows) EXPECT_EQ(fault(row.text), row.error) << row.text;
  EXPECT_TRUE(Program::compile("cel.bind(x, 1, x == 1)", {}, true).ok());
  EXPECT_EQ(Program::compile("'日本' == foo", {}).error(),
            "ERROR: <input>:1:9: undeclared reference to 'foo' (in container '')\n"
            " | '日本' == foo\n | .．．.....^");
}

// The body, with a name for the value.
std::string with(const std::string& name, const std::string& value, const std::string& body) {
  return "optional.of(" + value + ").optMap(" + name + ", " + body + ").value()";
}

TEST(Cel, SmallTextsDoNotMakeEndlessWork) {
  std::string lists = "[0]", texts = "'0123456789'";
  for (int i = 0; i < 60; ++i) {
    lists = with("x", lists, "x + x");
    texts = with("x", texts, "x + x");
  }
  EXPECT_TRUE(run(lists + ".size() > 0").value.is_error());
  EXPECT_TRUE(run(texts + ".size() > 0").over_limit);
  std::string nested = "[0]";
  for (int i = 0; i < 60; ++i) nested = with("x", nested, "[x, x]");
  EXPECT_TRUE(run(nested + " == " + nested).over_limit);
}

std::string doubled(std::string expression, int times) {
  for (int i = 0; i < times; ++i) expression = with("x", expression, "x + x");
  return expression;
}

TEST(Cel, ManyReferencesToOneLongTextAreNotComparedForEver) {
  const auto lists = [](int times, const std::string& work) {
    const auto both = with("b", doubled("[text + 'b']", 9), work);
    return with("text", doubled("'0123456789'", times),
                with("a", doubled("[text + 'a']", 9), both));
  };
  for (const auto* work : {"sets.intersects(a, b)", "a.exists(x, x in b)",
                           "a.exists(x, b.indexOf(x) >= 0)", "a.filter(x, x in b).size() > 0"}) {
    EXPECT_TRUE(run(lists(14, work)).over_limit) << work;
    EXPECT_EQ(run(lists(1, work)).value.kind(), Kind::kBool) << work;
  }
  EXPECT_TRUE(run(lists(14, "a.isSorted() && a.min() == a.max()")).value.is_true());
}

TEST(Cel, CostsWhatItCosts) {
  EXPECT_EQ(run("self.replicas > 1").cost, 3u);
  EXPECT_EQ(run("has(self.name)").cost, 1u);
  EXPECT_EQ(run("[1, 2, 3]").cost, 10u);
  EXPECT_EQ(run("{'a': 1}").cost, 30u);
  EXPECT_EQ(run("true || self.replicas > 1").cost, 0u);
  const auto stopped = run("[1, 2, 3].all(x, [1, 2, 3].all(y, x + y > 0))", 40);
  EXPECT_TRUE(stopped.over_limit);
  EXPECT_EQ(stopped.value.as_text(), "operation cancelled: actual cost limit exceeded");
  // An error is absorbed, the end of the budget is not.
  EXPECT_TRUE(run("[1, 2, 3].all(x, x > 0) || true", 12).over_limit);
  // Each step of a loop costs what the macro is made of.
  EXPECT_EQ(run("self.words.all(x, true)").cost, 2u + 3u * 3u + 1u);
  EXPECT_EQ(run("self.words.exists(x, false)").cost, 2u + 3u * 4u + 1u);
  EXPECT_EQ(run("self.words.exists(x, true)").cost, 2u + 4u + 3u + 1u);
  EXPECT_EQ(run("self.words.map(x, 1)").cost, 2u + 10u + 3u * 12u + 1u);
  EXPECT_EQ(run("self.words.filter(x, true)").cost, 2u + 10u + 3u * 13u + 1u);
  EXPECT_EQ(run("self.words.exists_one(x, false)").cost, 2u + 3u * 1u + 2u);
}

TEST(Cel, TellsWhichVariablesItUses) {
  const Declarations declarations = {{"self", type_of(Kind::kDyn)},
                                     {"oldSelf", type_of(Kind::kDyn)}};
  EXPECT_TRUE(Program::compile("[1].all(x, oldSelf.a == x)", declarations).uses(1));
  EXPECT_FALSE(Program::compile("[1].all(oldSelf, oldSelf == 1)", declarations).uses(1));
}

TEST(Cel, NamesAreEscaped) {
  EXPECT_EQ(escaped_name("a-b.c/d"), "a__dash__b__dot__c__slash__d");
  EXPECT_EQ(escaped_name("namespace"), "__namespace__");
  EXPECT_EQ(escaped_name("a__b"), "a__underscores__b");
  EXPECT_EQ(escaped_name("plain_1"), "plain_1");
  EXPECT_EQ(escaped_name("1a"), "");
  EXPECT_EQ(escaped_name("a b"), "");
}

}  // namespace
}  // namespace kubus::apiserver::cel
