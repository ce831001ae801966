// Expressions: whatever the text, it is refused or it runs within its budget, twice the same.
#include <boost/json.hpp>

#include "cel/program.h"
#include "target.h"

namespace kubus::fuzz {

using namespace apiserver::cel;

void run(std::string_view input) {
  static const auto document =
      boost::json::parse(R"({"a":[1,2.5,"x",null,{"b":true}],"s":"text","m":{"k":"v"}})");
  const auto program = Program::compile(input, {{"self", type_of(Kind::kDyn)}});
  if (!program.ok()) {
    require(program.error().starts_with("ERROR: <input>:"), "a fault does not say where it is");
    return;
  }
  const std::vector<Value> variables = {Value::json(document, nullptr)};
  const auto once = program.run(variables, 10'000), again = program.run(variables, 10'000);
  require(once.cost == again.cost && once.value.kind() == again.value.kind(),
          "the same expression yields something else");
}

std::vector<std::string> seeds() {
  return {"self.a.all(x, x == 1 || x != 2.5)",
          "has(self.m.k) ? self.m.k + 'a' : string(1)",
          "self.a.map(x, type(x)).filter(t, t == int).size() > 0",
          "optional.of(self.s).optMap(x, x.split('e').join('-').matches('t.*')).orValue(false)",
          "timestamp('2024-01-01T00:00:00Z') + duration('1h') > timestamp(0)",
          "{'a': [1u, 0x2u], ?'b': self.?m.?z}[?'a'].orValue([])",
          "quantity('1Gi').isGreaterThan(quantity('1M')) && ip('::1').isLoopback()",
          "url('https://a/b?c').getHost() + '%s %.1f'.format([1, 2.5]) + r'\\x' + b'\\101'",
          "sets.contains([1], [-1]) && semver('1.2.3-a+b').major() in [1]",
          "1 / 0 == 0 || -9223372036854775808 % -1 > 0 && !true"};
}

}  // namespace kubus::fuzz
