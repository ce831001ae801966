#include "versions/autoscaler_behavior.h"

#include <boost/json.hpp>
#include <cctype>

#include "kubus/api/json.h"
#include "kubus/api/json_value.h"

namespace kubus::apiserver {
namespace {

namespace json = boost::json;
using autoscaling_v2::HorizontalPodAutoscalerBehavior;
using autoscaling_v2::HPAScalingRules;

void append_rules(const HPAScalingRules& rules, std::string& out) {
  out += "{\"StabilizationWindowSeconds\":";
  out += rules.has_stabilizationwindowseconds() ? std::to_string(rules.stabilizationwindowseconds())
                                                : "null";
  out += ",\"SelectPolicy\":";
  if (rules.has_selectpolicy())
    append_json_string(rules.selectpolicy(), out);
  else
    out += "null";
  out += ",\"Policies\":";
  out += rules.policies_size() > 0 ? "[" : "null";
  for (const auto& policy : rules.policies()) {
    if (out.back() == '}') out += ',';
    out += "{\"Type\":";
    append_json_string(policy.type(), out);
    out += ",\"Value\":" + std::to_string(policy.value()) +
           ",\"PeriodSeconds\":" + std::to_string(policy.periodseconds()) + "}";
  }
  if (rules.policies_size() > 0) out += ']';
  out += ",\"Tolerance\":";
  if (rules.has_tolerance())
    append_json(rules.tolerance(), out);
  else
    out += "null";
  out += '}';
}

// With names that begin as those of the API do.
json::value api_names(const json::value& value) {
  if (const auto* array = value.if_array()) {
    json::array out;
    for (const auto& item : *array) out.push_back(api_names(item));
    return out;
  }
  const auto* object = value.if_object();
  if (!object) return value;
  json::object out;
  for (const auto& member : *object) {
    std::string name(member.key());
    if (!name.empty())
      name[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(name[0])));
    out[name] = api_names(member.value());
  }
  return out;
}

}  // namespace

std::string behavior_json(const HorizontalPodAutoscalerBehavior& behavior) {
  std::string out = "{\"ScaleUp\":";
  if (behavior.has_scaleup())
    append_rules(behavior.scaleup(), out);
  else
    out += "null";
  out += ",\"ScaleDown\":";
  if (behavior.has_scaledown())
    append_rules(behavior.scaledown(), out);
  else
    out += "null";
  return out + "}";
}

std::optional<HorizontalPodAutoscalerBehavior> read_behavior(std::string_view text) {
  json::value tree;
  HorizontalPodAutoscalerBehavior behavior;
  if (!parse_json(text, tree).ok() || !from_json(api_names(tree), behavior).ok())
    return std::nullopt;
  if (!behavior.has_scaleup() && !behavior.has_scaledown()) return std::nullopt;
  return behavior;
}

}  // namespace kubus::apiserver
