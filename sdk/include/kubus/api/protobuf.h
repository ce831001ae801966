// The Kubernetes protobuf content type: the four bytes "k8s\0" and a runtime.Unknown that names the
// type and holds the object.
//
// Thread safety: functions without state; they do not throw. Views point into the bytes given.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "kubus/api/json.h"
#include "kubus/api/types.h"
#include "kubus/status.h"

namespace kubus {

inline constexpr std::string_view kProtobufMagic{"k8s\0", 4};
inline constexpr std::string_view kProtobufContentType = "application/vnd.kubernetes.protobuf";

// A decoded envelope; `raw` is the serialised object (or whatever content_type says).
struct Envelope {
  std::string_view api_version;
  std::string_view kind;
  std::string_view raw;
  std::string_view content_encoding;
  std::string_view content_type;
};

// The message in an envelope that names its own apiVersion and kind.
std::string to_protobuf(const google::protobuf::Message& message);
void append_protobuf(const google::protobuf::Message& message, std::string& out);
// An already serialised object in an envelope.
void append_envelope(std::string_view api_version, std::string_view kind, std::string_view raw,
                     std::string& out);

// kBadRequest when the magic is missing or the envelope is malformed.
Result<Envelope> decode_envelope(std::string_view bytes);

// Replaces the contents of `message` with the object in the envelope. kBadRequest when the
// envelope, or the object in it, is malformed. `type_meta` may be null.
Status from_protobuf(std::string_view bytes, google::protobuf::Message& message,
                     TypeMeta* type_meta = nullptr);

// A list in an envelope, made of items that are serialised already (without envelopes).
void append_list(std::string_view api_version, std::string_view kind,
                 const meta_v1::ListMeta& metadata, std::span<const std::string_view> items,
                 std::string& out);

// A WatchEvent with `object` (an envelope), without an envelope of its own.
void append_watch_event(std::string_view type, std::string_view object, std::string& out);
// One frame of a watch: a 4-byte big-endian length and the event.
void append_watch_frame(std::string_view type, std::string_view object, std::string& out);

}  // namespace kubus
