#include "kubus/api/protobuf.h"

#include <google/protobuf/message.h>
#include <k8s/meta/v1/list_meta.pb.h>

#include <cstdint>

#include "kubus/api/schema.h"

namespace kubus {
namespace {

using google::protobuf::Message;

// Field numbers of runtime.Unknown, of runtime.TypeMeta, of every list and of meta/v1 WatchEvent.
enum : std::uint32_t {
  kUnknownTypeMeta = 1,
  kUnknownRaw = 2,
  kUnknownContentEncoding = 3,
  kUnknownContentType = 4,
  kTypeMetaApiVersion = 1,
  kTypeMetaKind = 2,
  kListMetadata = 1,
  kListItems = 2,
  kWatchType = 1,
  kWatchObject = 2,
  kRawExtensionRaw = 1,
};
constexpr std::uint32_t kLengthDelimited = 2;

std::size_t varint_size(std::uint64_t value) {
  std::size_t size = 1;
  for (; value >= 0x80; value >>= 7) ++size;
  return size;
}

void append_varint(std::uint64_t value, std::string& out) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

// The size of a length-delimited field with a number below 16.
std::size_t field_size(std::size_t length) { return 1 + varint_size(length) + length; }

void append_header(std::uint32_t number, std::size_t length, std::string& out) {
  out += static_cast<char>(number << 3 | kLengthDelimited);
  append_varint(length, out);
}

void append_field(std::uint32_t number, std::string_view bytes, std::string& out) {
  append_header(number, bytes.size(), out);
  out += bytes;
}

// Everything of an envelope up to the bytes of the object.
void append_envelope_head(std::string_view api_version, std::string_view kind, std::size_t raw_size,
                          std::string& out) {
  std::size_t type_size = field_size(api_version.size()) + field_size(kind.size());
  out.reserve(out.size() + kProtobufMagic.size() + field_size(type_size) + field_size(raw_size) +
              4);
  out += kProtobufMagic;
  append_header(kUnknownTypeMeta, type_size, out);
  append_field(kTypeMetaApiVersion, api_version, out);
  append_field(kTypeMetaKind, kind, out);
  append_header(kUnknownRaw, raw_size, out);
}

void append_envelope_tail(std::string& out) {
  append_field(kUnknownContentEncoding, {}, out);
  append_field(kUnknownContentType, {}, out);
}

bool take_varint(std::string_view& bytes, std::uint64_t& value) {
  value = 0;
  for (int shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
    auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

// Calls `use(number, bytes)` for each length-delimited field and skips the others.
template <class Use>
bool walk(std::string_view bytes, Use use) {
  while (!bytes.empty()) {
    std::uint64_t tag = 0, number = 0;
    if (!take_varint(bytes, tag)) return false;
    switch (tag & 7) {
      case 0:
        if (!take_varint(bytes, number)) return false;
        break;
      case 1:
      case 5: {
        std::size_t size = (tag & 7) == 1 ? 8 : 4;
        if (bytes.size() < size) return false;
        bytes.remove_prefix(size);
        break;
      }
      case kLengthDelimited:
        if (!take_varint(bytes, number) || number > bytes.size()) return false;
        if (!use(tag >> 3, bytes.substr(0, number))) return false;
        bytes.remove_prefix(number);
        break;
      default:
        return false;
    }
  }
  return true;
}

}  // namespace

void append_protobuf(const Message& message, std::string& out) {
  const MessageInfo& info = message_info(message);
  std::size_t size = message.ByteSizeLong();
  append_envelope_head(info.api_version, info.kind, size, out);
  message.AppendToString(&out);
  append_envelope_tail(out);
}

std::string to_protobuf(const Message& message) {
  std::string out;
  append_protobuf(message, out);
  return out;
}

void append_envelope(std::string_view api_version, std::string_view kind, std::string_view raw,
                     std::string& out) {
  append_envelope_head(api_version, kind, raw.size(), out);
  out += raw;
  append_envelope_tail(out);
}

Result<Envelope> decode_envelope(std::string_view bytes) {
  if (!bytes.starts_with(kProtobufMagic)) {
    return Status(Code::kBadRequest,
                  "provided data does not appear to be a protobuf message, expected prefix [107 56 "
                  "115 0]");
  }
  Envelope out;
  bool good = walk(bytes.substr(kProtobufMagic.size()), [&](auto number, std::string_view field) {
    switch (number) {
      case kUnknownTypeMeta:
        return walk(field, [&](auto inner, std::string_view text) {
          if (inner == kTypeMetaApiVersion) out.api_version = text;
          if (inner == kTypeMetaKind) out.kind = text;
          return true;
        });
      case kUnknownRaw:
        out.raw = field;
        break;
      case kUnknownContentEncoding:
        out.content_encoding = field;
        break;
      case kUnknownContentType:
        out.content_type = field;
        break;
      default:
        break;
    }
    return true;
  });
  if (!good) return Status(Code::kBadRequest, "the protobuf envelope is malformed");
  return out;
}

Status from_protobuf(std::string_view bytes, Message& message, TypeMeta* type_meta) {
  auto envelope = decode_envelope(bytes);
  if (!envelope.ok()) return envelope.status();
  if (type_meta) *type_meta = {std::string(envelope->api_version), std::string(envelope->kind)};
  if (envelope->raw.size() > INT32_MAX) {
    return Status(Code::kRequestEntityTooLarge, "the protobuf object is too large");
  }
  if (!message.ParseFromArray(envelope->raw.data(), static_cast<int>(envelope->raw.size()))) {
    return Status(Code::kBadRequest,
                  "the protobuf object is no well-formed " + message_info(message).kind);
  }
  return {};
}

void append_list(std::string_view api_version, std::string_view kind,
                 const meta_v1::ListMeta& metadata, std::span<const std::string_view> items,
                 std::string& out) {
  std::size_t meta_size = metadata.ByteSizeLong();
  std::size_t size = field_size(meta_size);
  for (std::string_view item : items) size += field_size(item.size());
  append_envelope_head(api_version, kind, size, out);
  append_header(kListMetadata, meta_size, out);
  metadata.AppendToString(&out);
  for (std::string_view item : items) append_field(kListItems, item, out);
  append_envelope_tail(out);
}

void append_watch_event(std::string_view type, std::string_view object, std::string& out) {
  append_field(kWatchType, type, out);
  append_header(kWatchObject, field_size(object.size()), out);
  append_field(kRawExtensionRaw, object, out);
}

void append_watch_frame(std::string_view type, std::string_view object, std::string& out) {
  const auto size = field_size(type.size()) + field_size(field_size(object.size()));
  out.reserve(out.size() + 4 + size);
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(size >> shift);
  append_watch_event(type, object, out);
}

}  // namespace kubus
