#include "registry/body_parts.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include <string>

#include "kubus/api/protobuf.h"

namespace kubus::apiserver {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::internal::WireFormatLite;

constexpr std::size_t kMost = 250'000;
// No part takes less.
constexpr std::size_t kLeastBytes = 2;
constexpr int kDepth = 100;  // as protobuf's own

bool can_have_too_many(std::string_view body) { return body.size() > kMost * kLeastBytes; }

Status too_many() {
  return Status(Code::kRequestEntityTooLarge,
                "the body has more than " + std::to_string(kMost) + " objects and lists");
}

// Behind the string that begins at `at`.
std::size_t string_end(std::string_view json, std::size_t at) {
  for (++at; at < json.size() && json[at] != '"'; ++at)
    if (json[at] == '\\') ++at;
  return at + 1;
}

class MessageCount {
 public:
  std::size_t of(std::string_view bytes, const Descriptor& type, int depth = 0) {
    google::protobuf::io::CodedInputStream in(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                              static_cast<int>(bytes.size()));
    while (count_ <= kMost) {
      const auto tag = in.ReadTag();
      if (tag == 0) break;
      const auto* field = type.FindFieldByNumber(WireFormatLite::GetTagFieldNumber(tag));
      const auto* inner = field ? field->message_type() : nullptr;
      if (!inner ||
          WireFormatLite::GetTagWireType(tag) != WireFormatLite::WIRETYPE_LENGTH_DELIMITED) {
        if (!WireFormatLite::SkipField(&in, tag)) break;
        continue;
      }
      std::uint32_t size = 0;
      if (!in.ReadVarint32(&size)) break;
      const auto at = static_cast<std::size_t>(in.CurrentPosition());
      if (size > bytes.size() - at || !in.Skip(static_cast<int>(size))) break;
      ++count_;
      if (depth < kDepth) of(bytes.substr(at, size), *inner, depth + 1);
    }
    return count_;
  }

 private:
  std::size_t count_ = 0;
};

}  // namespace

Status check_parts(std::string_view json) {
  if (!can_have_too_many(json)) return {};
  std::size_t count = 0;
  for (std::size_t at = 0; at < json.size();) {
    if (json[at] == '"') {
      at = string_end(json, at);
      continue;
    }
    if ((json[at] == '{' || json[at] == '[') && ++count > kMost) return too_many();
    ++at;
  }
  return {};
}

Status check_parts(std::string_view protobuf, const Descriptor& type) {
  if (!can_have_too_many(protobuf)) return {};
  const auto envelope = decode_envelope(protobuf);
  if (!envelope.ok()) return {};
  return MessageCount().of(envelope->raw, type) > kMost ? too_many() : Status();
}

}  // namespace kubus::apiserver
