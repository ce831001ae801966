#include "validation/checks.h"

#include <k8s/apimachinery/int_or_string.pb.h>
#include <k8s/meta/v1/label_selector.pb.h>

#include <algorithm>
#include <map>

#include "kubus/api/int_or_string.h"
#include "kubus/api/json.h"
#include "kubus/api/quantity.h"

namespace kubus::apiserver {
namespace {

constexpr std::size_t kAnnotationBytes = 256U * 1024;

bool expression_matches(const meta_v1::LabelSelectorRequirement& item, const StringMap& labels) {
  const auto found = labels.find(item.key());
  const bool present = found != labels.end();
  const bool among = present && std::find(item.values().begin(), item.values().end(),
                                          found->second) != item.values().end();
  if (item.operator_() == "In") return among;
  if (item.operator_() == "NotIn") return !among;
  return present == (item.operator_() == "Exists");
}

}  // namespace

void check_values(const Requirement& item, const Path& path, ErrorList& errors) {
  const std::string_view op = item.op;
  if (op == "In" || op == "NotIn") {
    if (item.values.empty()) {
      errors.required(path.child("values"), "must be specified when `operator` is 'In' or 'NotIn'");
    }
  } else if (op == "Exists" || op == "DoesNotExist") {
    if (!item.values.empty()) {
      errors.forbidden(path.child("values"),
                       "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
    }
  } else if (item.compares && (op == "Gt" || op == "Lt")) {
    if (item.values.size() != 1) {
      errors.required(path.child("values"),
                      "must be specified single value when `operator` is 'Lt' or 'Gt'");
    }
  } else if (!item.newer) {
    errors.invalid(path.child("operator"), op, "not a valid selector operator");
  }
}

void check_requirement(const Requirement& item, const Path& path, ErrorList& errors) {
  check_values(item, path, errors);
  check_label_name(item.key, path.child("key"), errors);
  if (item.any_values) return;
  for (int i = 0; i < item.values.size(); ++i) {
    errors.invalid_each(path.child("values").index(i), item.values[i],
                        check_label_value(item.values[i]));
  }
}

void check_label_name(std::string_view key, const Path& path, ErrorList& errors) {
  errors.invalid_each(path, key, check_qualified_name(key));
}

void check_labels(const StringMap& labels, const Path& path, ErrorList& errors) {
  for (const auto& [key, value] : labels) {
    check_label_name(key, path, errors);
    errors.invalid_each(path, value, check_label_value(value));
  }
}

void check_annotations(const StringMap& annotations, const Path& path, ErrorList& errors) {
  std::size_t bytes = 0;
  for (const auto& [key, value] : annotations) {
    errors.invalid_each(path, key, check_qualified_name(lower_case(key)));
    bytes += key.size() + value.size();
  }
  if (bytes > kAnnotationBytes) errors.too_long(path, kAnnotationBytes);
}

void check_selector(const meta_v1::LabelSelector& selector, const Path& path, ErrorList& errors) {
  check_labels(selector.matchlabels(), path.child("matchLabels"), errors);
  for (int i = 0; i < selector.matchexpressions_size(); ++i) {
    const auto& item = selector.matchexpressions(i);
    check_requirement({item.key(), item.operator_(), item.values()},
                      path.child("matchExpressions").index(i), errors);
  }
}

bool selector_matches(const meta_v1::LabelSelector& selector, const StringMap& labels) {
  for (const auto& [key, value] : selector.matchlabels()) {
    const auto found = labels.find(key);
    if (found == labels.end() || found->second != value) return false;
  }
  return std::all_of(selector.matchexpressions().begin(), selector.matchexpressions().end(),
                     [&](const auto& item) { return expression_matches(item, labels); });
}

bool selector_empty(const meta_v1::LabelSelector& selector) {
  return selector.matchlabels().empty() && selector.matchexpressions().empty();
}

void check_segment(const std::string& text, const Path& path, ErrorList& errors) {
  if (text.empty()) {
    errors.required(path);
  } else {
    errors.invalid_each(path, text, check_path_segment(text));
  }
}

void check_positive(const Quantity& quantity, const Path& path, ErrorList& errors) {
  const QuantityValue value = QuantityValue::of(quantity);
  if (value.sign() <= 0) errors.invalid(path, value.to_string(), "must be greater than zero");
}

void check_non_negative(std::int64_t value, const Path& path, ErrorList& errors) {
  if (value < 0) errors.invalid(path, value, "must be greater than or equal to 0");
}

void check_one_of(std::string_view value, std::initializer_list<std::string_view> known,
                  const Path& path, ErrorList& errors) {
  if (value.empty()) {
    errors.required(path);
  } else if (std::find(known.begin(), known.end(), value) == known.end()) {
    errors.not_supported(path, value, known);
  }
}

std::string to_json_text(const k8s_intstr::IntOrString& value) {
  const std::string text = to_string(value);
  return is_string(value) ? quoted(text) : text;
}

void check_int_or_percent(const k8s_intstr::IntOrString& value, const Path& path,
                          ErrorList& errors) {
  if (is_string(value)) {
    errors.invalid_each(path, to_string(value), check_percent(to_string(value)));
  } else {
    check_non_negative(value.intval(), path, errors);
  }
}

void check_at_most_100_percent(const k8s_intstr::IntOrString& value, const Path& path,
                               ErrorList& errors) {
  if (!is_string(value)) return;
  const std::string text = to_string(value);
  if (!check_percent(text).empty()) return;
  const std::size_t first = std::min(text.find_first_not_of('0'), text.size() - 1);
  const std::string_view digits = std::string_view(text).substr(first, text.size() - 1 - first);
  if (digits.size() > 3 || (digits.size() == 3 && digits > "100")) {
    errors.invalid_json(path, to_json_text(value), "must not be greater than 100%");
  }
}

void check_port(const k8s_intstr::IntOrString& port, const Path& path, ErrorList& errors) {
  if (is_string(port)) {
    errors.invalid_each(path, to_string(port), check_port_name(to_string(port)));
  } else {
    errors.invalid_each(path, port.intval(), check_port_number(port.intval()));
  }
}

std::string map_json(const StringMap& map) {
  if (map.empty()) return "null";
  std::string out = "{";
  for (const auto& [key, value] : std::map<std::string, std::string>(map.begin(), map.end())) {
    if (out.size() > 1) out += ',';
    append_json_string(key, out);
    out += ':';
    append_json_string(value, out);
  }
  return out + '}';
}

std::string message_json(const google::protobuf::Message& message) { return to_json(message); }

std::string list_json(const google::protobuf::RepeatedPtrField<std::string>& list) {
  if (list.empty()) return "null";
  std::string out;
  for (const std::string& text : list) {
    out += out.empty() ? '[' : ',';
    append_json_string(text, out);
  }
  return out + ']';
}

bool equal(const google::protobuf::Message& a, const google::protobuf::Message& b) {
  // Presence of an empty member makes no difference, which only the JSON form knows.
  return google::protobuf::util::MessageDifferencer::Equals(a, b) || to_json(a) == to_json(b);
}

bool equal(const StringMap& a, const StringMap& b) {
  return a.size() == b.size() && std::all_of(a.begin(), a.end(), [&](const auto& item) {
           const auto found = b.find(item.first);
           return found != b.end() && found->second == item.second;
         });
}

void check_immutable(std::string_view value, std::string_view old, const Path& path,
                     ErrorList& errors) {
  if (value != old) errors.invalid(path, value, kImmutable);
}

void check_immutable(const google::protobuf::Message& value, const google::protobuf::Message& old,
                     const Path& path, ErrorList& errors) {
  if (!equal(value, old)) errors.invalid_json(path, message_json(value), kImmutable);
}

}  // namespace kubus::apiserver
