// The JSON form of API objects, written byte for byte as the reference writes it and read with its
// rules: field names are case-sensitive, null leaves a field unset.
//
// Thread safety: functions without state. Encoding reads the message only, so a const object may be
// encoded by many threads at once. Nothing here throws.
//
// Text is escaped as Go does for HTML (<, > and & as \u003c, \u003e, \u0026), map keys are sorted,
// invalid UTF-8 becomes U+FFFD in both directions. There is no newline at the end.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "kubus/api/types.h"
#include "kubus/status.h"

namespace kubus {

struct TypeMeta {
  std::string api_version;
  std::string kind;
  friend bool operator==(const TypeMeta&, const TypeMeta&) = default;
};

struct EncodeOptions {
  // Begin with kind and apiVersion (types that have them only).
  bool type_meta = true;
};

std::string to_json(const google::protobuf::Message& message, const EncodeOptions& options = {});
void append_json(const google::protobuf::Message& message, std::string& out,
                 const EncodeOptions& options = {});
// `text` as a quoted JSON string.
void append_json_string(std::string_view text, std::string& out);
// A number as Go's encoding/json prints a float64; 0 for one that is not finite.
void append_json_number(double number, std::string& out);

struct DecodeOptions {
  // Report unknown and duplicate fields instead of ignoring them. The message is filled all the
  // same; see `strict_errors` to go on with a warning.
  bool strict = false;
  std::size_t max_bytes = 64u << 20;
  int max_depth = 1000;
  // Where to put kind and apiVersion of the outermost object; may be null.
  TypeMeta* type_meta = nullptr;
  // When given, unknown and duplicate fields are collected here, one sentence each (at most 100),
  // and are no error. Implies `strict`.
  std::vector<std::string>* strict_errors = nullptr;
};

// Replaces the contents of `message`. A syntax error, a value of the wrong type, a limit exceeded,
// or (strict) unknown and duplicate fields: kBadRequest in the reference's words, such as
//   json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32
//   strict decoding error: unknown field "spec.replcas", duplicate field "spec.paused"
// On failure the contents of `message` are unspecified but valid.
Status from_json(std::string_view json, google::protobuf::Message& message,
                 const DecodeOptions& options = {});

// kind and apiVersion of a JSON object without decoding it. kBadRequest when the text is no JSON
// object up to and including these two.
Result<TypeMeta> peek_type_meta(std::string_view json, const DecodeOptions& options = {});

// Copies one JSON value without insignificant space; kBadRequest when `json` is not exactly one.
Status compact_json(std::string_view json, std::string& out, const DecodeOptions& options = {});

}  // namespace kubus
