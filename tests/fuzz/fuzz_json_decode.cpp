// Feeds arbitrary text to the JSON decoders. What is taken must come out of the encoder in a form
// that is taken again and written the same.
#include <google/protobuf/message.h>

#include <boost/json.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "kubus/api/json.h"
#include "kubus/api/json_value.h"
#include "kubus/api/resource.h"

namespace {

constexpr std::pair<const char*, const char*> kTypes[] = {
    {"v1", "Pod"},
    {"v1", "Event"},
    {"apps/v1", "StatefulSet"},
    {"autoscaling/v2", "HorizontalPodAutoscaler"},
    {"apiextensions.k8s.io/v1", "CustomResourceDefinition"},
    {"metrics.k8s.io/v1beta1", "NodeMetrics"},
    {"v1", "Status"},
    {"meta.k8s.io/v1", "Table"},
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto& [api_version, kind] = kTypes[data[0] % std::size(kTypes)];
  std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto& type = *kubus::find_message(api_version, kind);

  kubus::DecodeOptions options;
  options.strict = (data[0] & 0x80) != 0;
  auto message = kubus::new_message(type);
  if (kubus::from_json(text, *message, options).ok()) {
    std::string first = kubus::to_json(*message);
    auto again = kubus::new_message(type);
    if (!kubus::from_json(first, *again).ok()) std::abort();
    if (kubus::to_json(*again) != first) std::abort();
  }

  boost::json::value tree;
  if (kubus::parse_json(text, tree, options).ok()) {
    std::string printed;
    kubus::append_json(tree, printed);
    if (!kubus::parse_json(printed, tree).ok()) std::abort();
  }
  (void)kubus::peek_type_meta(text);
  std::string compact;
  (void)kubus::compact_json(text, compact);
  return 0;
}
