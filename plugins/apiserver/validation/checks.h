// Checks that many kinds have in common.
//
// Thread safety: pure functions. Each adds what it finds to the errors.
#pragma once

#include <google/protobuf/map.h>
#include <google/protobuf/message.h>
#include <google/protobuf/repeated_field.h>
#include <google/protobuf/util/message_differencer.h>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "kubus/api/types.h"
#include "validation/field_error.h"

namespace k8s::io::apimachinery::pkg::apis::meta::v1 {
class Condition;
}

namespace kubus::apiserver {

using StringMap = google::protobuf::Map<std::string, std::string>;

inline constexpr std::string_view kImmutable = "field is immutable";

void check_labels(const StringMap& labels, const Path& path, ErrorList& errors);
void check_label_name(std::string_view key, const Path& path, ErrorList& errors);
void check_annotations(const StringMap& annotations, const Path& path, ErrorList& errors);
// One of the expressions of a selector, of labels or of nodes; those of nodes compare numbers, too.
struct Requirement {
  std::string_view key, op;
  const google::protobuf::RepeatedPtrField<std::string>& values;
  bool compares = false;
  bool any_values = false;  // even such as no label has
  bool newer = false;       // an operator that is not known may be that of a newer client
};
// Whether there are as many values as the operator wants.
void check_values(const Requirement& item, const Path& path, ErrorList& errors);
// All of an expression whose key and values are those of labels.
void check_requirement(const Requirement& item, const Path& path, ErrorList& errors);
void check_selector(const meta_v1::LabelSelector& selector, const Path& path, ErrorList& errors);
// Whether the selector, which must be valid, matches.
bool selector_matches(const meta_v1::LabelSelector& selector, const StringMap& labels);
bool selector_empty(const meta_v1::LabelSelector& selector);

// The conditions that a status shares with those of most kinds.
void check_condition_list(const google::protobuf::RepeatedPtrField<meta_v1::Condition>& conditions,
                          const Path& path, ErrorList& errors);

// A required text that can stand as one segment of a URL path.
void check_segment(const std::string& text, const Path& path, ErrorList& errors);
void check_non_negative(std::int64_t value, const Path& path, ErrorList& errors);
// A required text of a few known values.
void check_one_of(std::string_view value, std::initializer_list<std::string_view> known,
                  const Path& path, ErrorList& errors);
// A number that is not negative, or a percentage.
void check_int_or_percent(const k8s_intstr::IntOrString& value, const Path& path,
                          ErrorList& errors);
void check_at_most_100_percent(const k8s_intstr::IntOrString& value, const Path& path,
                               ErrorList& errors);
// A port number or the name of one.
void check_port(const k8s_intstr::IntOrString& port, const Path& path, ErrorList& errors);
std::string to_json_text(const k8s_intstr::IntOrString& value);

// A path below some directory: relative, and it does not lead out.
void check_descending_path(const std::string& text, const Path& path, ErrorList& errors);
// The same, with no name that the node keeps for itself.
void check_local_path(const std::string& text, const Path& path, ErrorList& errors);
bool has_backstep(std::string_view path);
// "example.com/name".
void check_domain_path(const std::string& text, const Path& path, ErrorList& errors);
void check_driver_name(const std::string& name, const Path& path, ErrorList& errors);
// An address that other machines can be reached at.
void check_reachable_ip(const std::string& ip, const Path& path, ErrorList& errors);
// kind, name and perhaps apiGroup of something in the same namespace.
template <class Reference>
void check_reference(const Reference& reference, const Path& path, ErrorList& errors) {
  if (reference.has_apigroup()) {
    errors.invalid_each(path.child("apiGroup"), reference.apigroup(),
                        check_dns1123_subdomain(reference.apigroup()));
  }
  check_segment(reference.kind(), path.child("kind"), errors);
  check_segment(reference.name(), path.child("name"), errors);
}

void check_positive(const Quantity& quantity, const Path& path, ErrorList& errors);

// The map, or message, as JSON: how a bad value of that type is printed.
std::string map_json(const StringMap& map);
std::string message_json(const google::protobuf::Message& message);
std::string list_json(const google::protobuf::RepeatedPtrField<std::string>& list);
template <class Number>
std::string numbers_json(const google::protobuf::RepeatedField<Number>& list) {
  std::string out;
  for (const Number number : list) out += (out.empty() ? "[" : ",") + std::to_string(number);
  return out.empty() ? "null" : out + "]";
}
// The message as the reference prints its internal types: all members, with the names that they
// have in Go.
std::string internal_json(const google::protobuf::Message& message);

bool equal(const google::protobuf::Message& a, const google::protobuf::Message& b);
bool equal(const StringMap& a, const StringMap& b);

// Invalid "field is immutable" unless equal.
void check_immutable(std::string_view value, std::string_view old, const Path& path,
                     ErrorList& errors);
void check_immutable(const google::protobuf::Message& value, const google::protobuf::Message& old,
                     const Path& path, ErrorList& errors);

}  // namespace kubus::apiserver
