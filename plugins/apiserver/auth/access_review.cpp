#include "auth/access_review.h"

#include <boost/json/value.hpp>

#include "config/document.h"
#include "kubus/api/json_value.h"
#include "respond/json_members.h"
#include "selector/field_selector.h"
#include "selector/label_selector.h"

namespace kubus::apiserver {
namespace {

namespace json = boost::json;

constexpr std::string_view kReviewGroup = "authorization.k8s.io/";

json::object requirement(const std::string& key, std::string_view op,
                         const std::vector<std::string>& values) {
  json::object out{{"key", key}, {"operator", op}};
  if (!values.empty()) out["values"] = strings(values);
  return out;
}

// Of a selector that cannot be read nothing is said: it is refused later.
json::array field_requirements(const std::string& text) {
  json::array out;
  const auto selector = FieldSelector::parse(text);
  if (!selector.ok()) return out;
  for (const auto& term : selector->terms())
    out.push_back(requirement(term.field, term.negated ? "NotIn" : "In", {term.value}));
  return out;
}

// Comparisons of numbers have no form there.
std::string_view review_operator(LabelOperator op) {
  switch (op) {
    case LabelOperator::kExists:
      return "Exists";
    case LabelOperator::kDoesNotExist:
      return "DoesNotExist";
    case LabelOperator::kIn:
    case LabelOperator::kEquals:
    case LabelOperator::kDoubleEquals:
      return "In";
    case LabelOperator::kNotIn:
    case LabelOperator::kNotEquals:
      return "NotIn";
    default:
      return {};
  }
}

json::array label_requirements(const std::string& text) {
  json::array out;
  const auto selector = LabelSelector::parse(text);
  if (!selector.ok()) return out;
  for (const auto& one : selector->requirements())
    if (const auto op = review_operator(one.op); !op.empty())
      out.push_back(requirement(one.key, op, one.values));
  return out;
}

void set_requirements(json::object& attributes, std::string_view member, json::array all) {
  if (!all.empty()) attributes[member] = json::object{{"requirements", std::move(all)}};
}

json::object extra_of(const Identity& identity) {
  json::object extra;
  for (const auto& [key, values] : identity.extra) extra[key] = strings(values);
  return extra;
}

json::object resource_attributes(const RequestInfo& info) {
  json::object out;
  out["namespace"] = info.ns;
  out["verb"] = info.verb;
  out["group"] = info.group;
  out["version"] = info.version;
  out["resource"] = info.resource;
  out["subresource"] = info.subresource;
  out["name"] = info.name;
  if (!info.field_selector.empty())
    set_requirements(out, "fieldSelector", field_requirements(info.field_selector));
  if (!info.label_selector.empty())
    set_requirements(out, "labelSelector", label_requirements(info.label_selector));
  return out;
}

void drop_empty_texts(json::object& object) {
  for (auto member = object.begin(); member != object.end();)
    member = member->value().is_string() && member->value().get_string().empty()
                 ? object.stable_erase(member)
                 : std::next(member);
}

}  // namespace

json::object access_review_spec(const Identity& identity, const RequestInfo& info) {
  json::object spec;
  if (info.is_resource)
    spec["resourceAttributes"] = resource_attributes(info);
  else
    spec["nonResourceAttributes"] = json::object{{"path", info.path}, {"verb", info.verb}};
  spec["user"] = identity.name;
  spec["groups"] = strings(identity.groups);
  spec["uid"] = identity.uid;
  spec["extra"] = extra_of(identity);
  return spec;
}

std::string access_review_json(const std::string& version, const Identity& identity,
                               const RequestInfo& info) {
  json::object spec;
  if (info.is_resource) {
    auto attributes = resource_attributes(info);
    drop_empty_texts(attributes);
    spec["resourceAttributes"] = std::move(attributes);
  } else {
    spec["nonResourceAttributes"] = json::object{{"path", info.path}, {"verb", info.verb}};
  }
  set_text(spec, "user", identity.name);
  if (!identity.groups.empty())
    spec[version == "v1" ? "groups" : "group"] = strings(identity.groups);
  set_text(spec, "uid", identity.uid);
  if (!identity.extra.empty()) spec["extra"] = extra_of(identity);
  json::object review;
  review["kind"] = "SubjectAccessReview";
  review["apiVersion"] = std::string(kReviewGroup) + version;
  review["metadata"] = json::object();
  review["spec"] = std::move(spec);
  review["status"] = json::object{{"allowed", false}};
  std::string text;
  append_json(review, text);
  return text;
}

Decision read_access_review(const json::object& review) {
  Decision decision;
  const auto* status = review.if_contains("status");
  if (!status || !status->is_object()) {
    decision.error = Status(Code::kUnavailable, "the webhook's answer has no status");
    return decision;
  }
  const auto& said = status->get_object();
  const auto is_true = [&](std::string_view member) {
    const auto* value = said.if_contains(member);
    return value && value->is_bool() && value->get_bool();
  };
  decision.reason = config::text_of(said, "reason");
  if (is_true("allowed") && is_true("denied")) {
    decision.verdict = Verdict::kDeny;
    decision.error = Status(Code::kUnavailable,
                            "webhook subject access review returned both allow and deny response");
  } else if (is_true("denied")) {
    decision.verdict = Verdict::kDeny;
  } else if (is_true("allowed")) {
    decision.verdict = Verdict::kAllow;
  }
  return decision;
}

}  // namespace kubus::apiserver
