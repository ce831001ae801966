#include "auth/match_conditions.h"

#include <algorithm>
#include <boost/json/value.hpp>

#include "auth/access_review.h"
#include "policy/conditions.h"
#include "schema/expression_rule.h"

namespace kubus::apiserver {
namespace {

using cel::Kind;
using cel::list_of;
using cel::object_type;
using cel::type_of;
using cel::TypePtr;

constexpr std::size_t kMostConditions = 64;

TypePtr selector_type(const std::string& name) {
  const auto text = type_of(Kind::kString);
  return object_type(
      "kubernetes." + name + "Attributes",
      {{"requirements",
        list_of(object_type("kubernetes." + name + "Requirement",
                            {{"key", text}, {"operator", text}, {"values", list_of(text)}}))}});
}

TypePtr review_spec_type() {
  const auto text = type_of(Kind::kString);
  const auto resource = object_type("kubernetes.ResourceAttributes",
                                    {{"namespace", text},
                                     {"verb", text},
                                     {"group", text},
                                     {"version", text},
                                     {"resource", text},
                                     {"subresource", text},
                                     {"name", text},
                                     {"fieldSelector", selector_type("FieldSelector")},
                                     {"labelSelector", selector_type("LabelSelector")}});
  const auto path =
      object_type("kubernetes.NonResourceAttributes", {{"path", text}, {"verb", text}});
  return object_type("kubernetes.SubjectAccessReviewSpec",
                     {{"resourceAttributes", resource},
                      {"nonResourceAttributes", path},
                      {"user", text},
                      {"groups", list_of(text)},
                      {"extra", cel::map_of(text, list_of(text))},
                      {"uid", text}});
}

const TypePtr& request_type() {
  static const TypePtr kType = review_spec_type();
  return kType;
}

}  // namespace

MatchConditions MatchConditions::compile(const std::vector<std::string>& expressions,
                                         const Path& path, ErrorList& errors) {
  MatchConditions out;
  if (expressions.size() > kMostConditions) {
    errors.too_many(path, expressions.size(), kMostConditions);
    return out;
  }
  for (const auto& text : expressions) {
    const auto at = path.index(static_cast<std::size_t>(&text - expressions.data()))
                        .child("expression");
    const auto& seen = out.expressions_;
    if (trimmed(text).empty()) {
      errors.required(at);
    } else if (std::find(seen.begin(), seen.end(), text) != seen.end()) {
      errors.duplicate(at, text);
    } else {
      auto program = cel::Program::compile(text, {{"request", request_type()}});
      if (!program.ok())
        errors.invalid(at, text, "compilation failed: " + program.error());
      else if (program.type()->kind != Kind::kBool)
        errors.invalid(at, text, "must evaluate to bool but got " + program.type()->text());
      out.expressions_.push_back(text);
      out.programs_.push_back(std::move(program));
    }
  }
  return out;
}

Result<bool> MatchConditions::hold(const Identity& identity, const RequestInfo& info) const {
  const boost::json::value spec = access_review_spec(identity, info);
  const cel::Value variables[] = {cel::Value::json(spec, request_type())};
  const auto answer = policy::ask_conditions(
      programs_.size(), [&](std::size_t i, std::uint64_t limit) {
        return programs_[i].run(variables, limit);
      });
  if (!answer.failed) return answer.hold;
  return Status(Code::kUnavailable,
                "cel evaluation error: " +
                    policy::evaluation_error(expressions_[*answer.failed], answer.error));
}

}  // namespace kubus::apiserver
