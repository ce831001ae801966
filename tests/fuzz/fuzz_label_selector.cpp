// Label selectors: what parses prints a text that parses to the same selector again.
#include "selector/label_selector.h"
#include "target.h"

namespace kubus::fuzz {

using namespace apiserver;

void run(std::string_view input) {
  const auto selector = LabelSelector::parse(input);
  require(selector.ok() || !selector.status().message().empty(), "a refusal says nothing");
  if (!selector.ok()) return;
  const std::string text = selector->to_string();
  const auto again = LabelSelector::parse(text);
  require(again.ok() && again->to_string() == text, "a label selector does not print itself");
  constexpr Label kLabels[] = {{"a", "b"}, {"c", "1"}, {"example.com/a", "b"}};
  require(selector->matches(kLabels) == again->matches(kLabels), "the same labels match not");
  require(selector->matches({}) == again->matches({}), "no labels match not");
  if (selector->empty()) require(selector->matches(kLabels), "everything is not all");
}

std::vector<std::string> seeds() {
  return {"a=b,c!=d",
          "e in (f,g),h notin (i),j,!k",
          "l>1,m<2",
          "example.com/a==b",
          "app.kubernetes.io/name=web,app.kubernetes.io/instance in (blue, green)",
          "node-role.kubernetes.io/control-plane,!node.kubernetes.io/exclude-from-external-load-balancers",
          "tier notin (),x in ()",
          " spaced  =  out , in in (in) ",
          ""};
}

}  // namespace kubus::fuzz
