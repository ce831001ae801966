// JSON and merge patches: the input is a patch, a newline and the document it is applied to.
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "patch/patch.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t end = input.find('\n');
  if (end == std::string_view::npos) return 0;
  boost::system::error_code error;
  const std::string_view text = input.substr(end + 1);
  const boost::json::value document = boost::json::parse({text.data(), text.size()}, error);
  if (error) return 0;
  using kubus::apiserver::PatchType;
  for (const PatchType type : {PatchType::kJson, PatchType::kMerge}) {
    const auto result =
        kubus::apiserver::apply_patch(type, document, input.substr(0, end), nullptr);
    if (!result.ok() && result.status().message().empty()) __builtin_trap();
  }
  return 0;
}
