// Checks that many kinds have in common.
//
// Thread safety: pure functions. Each adds what it finds to the errors.
#pragma once

#include <google/protobuf/map.h>
#include <google/protobuf/message.h>
#include <google/protobuf/util/message_differencer.h>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "kubus/api/types.h"
#include "validation/field_error.h"

namespace kubus::apiserver {

using StringMap = google::protobuf::Map<std::string, std::string>;

inline constexpr std::string_view kImmutable = "field is immutable";

void check_labels(const StringMap& labels, const Path& path, ErrorList& errors);
void check_label_name(std::string_view key, const Path& path, ErrorList& errors);
void check_annotations(const StringMap& annotations, const Path& path, ErrorList& errors);
void check_selector(const meta_v1::LabelSelector& selector, const Path& path, ErrorList& errors);
// Whether the selector, which must be valid, matches.
bool selector_matches(const meta_v1::LabelSelector& selector, const StringMap& labels);
bool selector_empty(const meta_v1::LabelSelector& selector);

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

void check_each(const Messages& messages, std::string_view value, const Path& path,
                ErrorList& errors);

// The map, or message, as JSON: how a bad value of that type is printed.
std::string map_json(const StringMap& map);
std::string message_json(const google::protobuf::Message& message);

bool equal(const google::protobuf::Message& a, const google::protobuf::Message& b);
bool equal(const StringMap& a, const StringMap& b);

// Invalid "field is immutable" unless equal.
void check_immutable(std::string_view value, std::string_view old, const Path& path,
                     ErrorList& errors);
void check_immutable(const google::protobuf::Message& value, const google::protobuf::Message& old,
                     const Path& path, ErrorList& errors);

}  // namespace kubus::apiserver
