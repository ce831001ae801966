// Label and field selectors: what parses prints a text that parses to the same selector again.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "selector/field_selector.h"
#include "selector/label_selector.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kubus::apiserver;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  if (const auto selector = LabelSelector::parse(input); selector.ok()) {
    const std::string text = selector->to_string();
    const auto again = LabelSelector::parse(text);
    if (!again.ok() || again->to_string() != text) __builtin_trap();
    constexpr Label kLabels[] = {{"a", "b"}, {"c", "1"}};
    if (selector->matches(kLabels) != again->matches(kLabels)) __builtin_trap();
  }
  if (const auto selector = FieldSelector::parse(input); selector.ok()) {
    const auto again = FieldSelector::parse(selector->to_string());
    if (!again.ok() || again->terms().size() != selector->terms().size()) __builtin_trap();
  }
  return 0;
}
