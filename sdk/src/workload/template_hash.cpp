#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <k8s/core/v1/pod_template.pb.h>

#include "kubus/workload.h"

namespace kubus {
namespace {

constexpr std::string_view kAlphabet = "bcdfghjklmnpqrstvwxz2456789";

std::uint32_t fnv1a(std::string_view text, std::uint32_t hash = 2166136261u) {
  for (const char c : text) hash = (hash ^ static_cast<std::uint8_t>(c)) * 16777619u;
  return hash;
}

// Maps in a fixed order: equal templates must give equal bytes in every process.
std::string deterministic_bytes(const Message& message) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  message.SerializeToCodedStream(&coded);
  coded.Trim();
  return bytes;
}

}  // namespace

std::string safe_hash(std::string_view text) {
  std::string out;
  for (const char digit : std::to_string(fnv1a(text)))
    out += kAlphabet[static_cast<std::size_t>(digit) % kAlphabet.size()];
  return out;
}

std::string template_hash(const core_v1::PodTemplateSpec& tmpl, const std::int32_t* collisions) {
  std::string bytes = deterministic_bytes(tmpl);
  if (collisions) bytes += "#" + std::to_string(*collisions);
  return safe_hash(bytes);
}

}  // namespace kubus
