#include <k8s/meta/v1/condition.pb.h>

#include <algorithm>
#include <set>

#include "kubus/api/time.h"
#include "validation/checks.h"

namespace kubus::apiserver {
namespace {

constexpr std::size_t kLongestReason = 1024;
constexpr std::size_t kLongestMessage = std::size_t{32} * 1024;

bool is_reason(std::string_view text) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto is_inner = [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '_' || c == ',' || c == ':';
  };
  return !text.empty() && is_letter(text.front()) && text.back() != ',' && text.back() != ':' &&
         std::all_of(text.begin(), text.end(), is_inner);
}

void check_reason(const std::string& reason, const Path& path, ErrorList& errors) {
  if (reason.empty()) return errors.required(path, "must be set");
  if (!is_reason(reason)) {
    errors.invalid(
        path, reason,
        pattern_message("a condition reason must start with alphabetic character, optionally "
                        "followed by a string of alphanumeric characters or '_,:', and must end "
                        "with an alphanumeric character or '_'",
                        "[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?",
                        {"my_name", "MY_NAME", "MyName", "ReasonA,ReasonB", "ReasonA:ReasonB"}));
  }
  if (reason.size() > kLongestReason) errors.too_long(path, kLongestReason);
}

void check_condition(const meta_v1::Condition& condition, const Path& path, ErrorList& errors) {
  check_label_name(condition.type(), path.child("type"), errors);
  const std::string& status = condition.status();
  if (status != "True" && status != "False" && status != "Unknown")
    errors.not_supported(path.child("status"), status, {"False", "True", "Unknown"});
  if (condition.observedgeneration() < 0) {
    errors.invalid(path.child("observedGeneration"), condition.observedgeneration(),
                   "must be greater than or equal to zero");
  }
  if (is_zero(condition.lasttransitiontime()))
    errors.required(path.child("lastTransitionTime"), "must be set");
  check_reason(condition.reason(), path.child("reason"), errors);
  if (condition.message().size() > kLongestMessage)
    errors.too_long(path.child("message"), kLongestMessage);
}

}  // namespace

void check_condition_list(const google::protobuf::RepeatedPtrField<meta_v1::Condition>& conditions,
                          const Path& path, ErrorList& errors) {
  std::set<std::string> types;
  for (int i = 0; i < conditions.size(); ++i) {
    const Path at = path.index(i);
    if (!types.insert(conditions[i].type()).second)
      errors.duplicate(at.child("type"), conditions[i].type());
    check_condition(conditions[i], at, errors);
  }
}

}  // namespace kubus::apiserver
