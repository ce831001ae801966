// Strategic merge patches of a pod: the input is a patch, a newline and the pod.
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "kubus/api/resource.h"
#include "patch/patch.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const google::protobuf::Descriptor* const schema = kubus::find_message("v1", "Pod");
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t end = input.find('\n');
  if (end == std::string_view::npos) return 0;
  boost::system::error_code error;
  const std::string_view text = input.substr(end + 1);
  const boost::json::value pod = boost::json::parse({text.data(), text.size()}, error);
  if (error) return 0;
  const auto result = kubus::apiserver::apply_patch(kubus::apiserver::PatchType::kStrategicMerge,
                                                    pod, input.substr(0, end), schema);
  if (!result.ok() && result.status().message().empty()) __builtin_trap();
  return 0;
}
