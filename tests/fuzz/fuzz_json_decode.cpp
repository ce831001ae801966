// The JSON decoders. What is taken must come out of the encoder in a form that is taken again and
// written the same. The first byte of the input chooses the type and whether decoding is strict.
#include <google/protobuf/message.h>

#include <boost/json.hpp>

#include "golden.h"
#include "kubus/api/json.h"
#include "kubus/api/json_value.h"
#include "kubus/api/resource.h"
#include "target.h"

namespace kubus::fuzz {
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
constexpr unsigned char kStrict = 0x80;

void decode(std::string_view text, const google::protobuf::Descriptor& type,
            const DecodeOptions& options) {
  auto message = new_message(type);
  if (!from_json(text, *message, options).ok()) return;
  const std::string first = to_json(*message);
  auto again = new_message(type);
  require(from_json(first, *again).ok(), "JSON of our own is not taken");
  require(to_json(*again) == first, "a second round trip differs");
}

}  // namespace

void run(std::string_view input) {
  if (input.empty()) return;
  const auto choice = static_cast<unsigned char>(input[0]);
  const auto& [api_version, kind] = kTypes[choice % std::size(kTypes)];
  const std::string_view text = input.substr(1);
  DecodeOptions options;
  options.strict = (choice & kStrict) != 0;
  decode(text, *find_message(api_version, kind), options);

  boost::json::value tree;
  if (parse_json(text, tree, options).ok()) {
    std::string printed;
    append_json(tree, printed);
    require(parse_json(printed, tree).ok(), "a printed tree is not taken");
  }
  (void)peek_type_meta(text);
  std::string compact;
  if (compact_json(text, compact).ok()) {
    std::string again;
    require(compact_json(compact, again).ok() && again == compact, "compact JSON is not compact");
  }
}

std::vector<std::string> seeds() {
  std::vector<std::string> all;
  for (const auto& golden : test::goldens()) {
    const auto meta = peek_type_meta(golden.json);
    for (std::size_t i = 0; i < std::size(kTypes); ++i)
      if (meta->api_version == kTypes[i].first && meta->kind == kTypes[i].second)
        for (const char choice : {static_cast<char>(i), static_cast<char>(i | kStrict)})
          all.push_back(choice + std::string(golden.json));
  }
  return all;
}

}  // namespace kubus::fuzz
