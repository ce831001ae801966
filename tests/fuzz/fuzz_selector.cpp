// Label and field selectors: what parses prints a text that parses to the same selector again.
#include "selector/field_selector.h"
#include "selector/label_selector.h"
#include "target.h"

namespace kubus::fuzz {

using namespace apiserver;

void run(std::string_view input) {
  if (const auto selector = LabelSelector::parse(input); selector.ok()) {
    const std::string text = selector->to_string();
    const auto again = LabelSelector::parse(text);
    require(again.ok() && again->to_string() == text, "a label selector does not print itself");
    constexpr Label kLabels[] = {{"a", "b"}, {"c", "1"}};
    require(selector->matches(kLabels) == again->matches(kLabels), "the same labels match not");
  }
  if (const auto selector = FieldSelector::parse(input); selector.ok()) {
    const auto again = FieldSelector::parse(selector->to_string());
    require(again.ok() && again->terms().size() == selector->terms().size(),
            "a field selector does not print itself");
    (void)selector->check("", "Pod");
  }
}

std::vector<std::string> seeds() {
  return {"a=b,c!=d",
          "e in (f,g),h notin (i),j,!k",
          "l>1,m<2",
          "example.com/a==b",
          "metadata.name=x,status.phase!=Running",
          R"(spec.nodeName=a\,b\=c\\)",
          ""};
}

}  // namespace kubus::fuzz
