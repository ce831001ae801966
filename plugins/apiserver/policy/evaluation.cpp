#include "policy/evaluation.h"

#include <algorithm>
#include <boost/json.hpp>
#include <map>
#include <optional>

#include "custom/kind.h"
#include "kubus/api/json_value.h"
#include "policy/access.h"
#include "policy/conditions.h"
#include "policy/rule_matching.h"
#include "policy/write_options.h"
#include "respond/json_members.h"
#include "schema/expression_rule.h"

namespace kubus::apiserver::policy {
namespace {

namespace json = boost::json;

json::object kind_document(const KindName& name) {
  json::object out;
  out["group"] = name.group;
  out["version"] = name.version;
  out["kind"] = name.kind;
  return out;
}

json::object resource_document(const ResourceInfo& resource) {
  json::object out;
  out["group"] = resource.group;
  out["version"] = resource.version;
  out["resource"] = resource.plural;
  return out;
}

json::object user_of(const Identity& identity) {
  json::object out;
  set_text(out, "username", identity.name);
  set_text(out, "uid", identity.uid);
  json::array groups;
  for (const auto& group : identity.groups) groups.emplace_back(group);
  if (!groups.empty()) out["groups"] = std::move(groups);
  json::object extra;
  for (const auto& [key, values] : identity.extra) {
    json::array list;
    for (const auto& value : values) list.emplace_back(value);
    extra[key] = std::move(list);
  }
  if (!extra.empty()) out["extra"] = std::move(extra);
  return out;
}

// The AdmissionRequest, without the objects in it. What is empty in it is not there.
json::value request_of(const SeenCall& seen) {
  const auto& call = seen.call();
  json::object out;
  out["kind"] = kind_document(seen.kind());
  out["resource"] = resource_document(seen.resource());
  out["requestKind"] = kind_document(seen.asked_kind());
  out["requestResource"] = resource_document(call.call.seen_resource());
  set_text(out, "subResource", call.call.info.subresource);
  set_text(out, "requestSubResource", call.call.info.subresource);
  set_text(out, "name", call.name());
  set_text(out, "namespace", call.ns());
  out["operation"] = operation_name(call.operation);
  out["userInfo"] = user_of(call.call.identity);
  out["dryRun"] = call.call.dry_run();
  if (!call.connects()) out["options"] = write_options(call);
  return out;
}

}  // namespace

json::value document_of(const Message* object) {
  if (!object) return nullptr;
  if (object->GetDescriptor() == CustomObject::descriptor())
    return tree_of(static_cast<const CustomObject&>(*object));
  json::value out;
  (void)to_json_value(*object, out).ok();
  return out;
}

Request::Request(const SeenCall& seen, const Message* ns, const Authorizers& authorizers)
    : object_(document_of(seen.call().object)),
      old_(document_of(seen.call().old)),
      request_(request_of(seen)),
      namespace_(document_of(ns)) {
  const auto authority = make_authority(authorizers, seen.call().call.identity);
  authorizer_ = cel::authorizer_value(authority);
  request_resource_ = cel::resource_check_value(authority, check_of(seen.call()));
}

std::vector<cel::Value> Request::values() const {
  std::vector<cel::Value> out(kVariableCount);
  out[kObject] = cel::Value::json(object_, nullptr);
  out[kOldObject] = cel::Value::json(old_, nullptr);
  out[kRequest] = cel::Value::json(request_, nullptr);
  out[kNamespaceObject] = cel::Value::json(namespace_, nullptr);
  out[kAuthorizer] = authorizer_;
  out[kRequestResource] = request_resource_;
  return out;
}

// Each is computed when it is first asked for, once.
class Evaluation::LazyVariables final : public cel::Map {
 public:
  explicit LazyVariables(Evaluation& evaluation) : evaluation_(evaluation) {}

  std::size_t size() const override { return evaluation_.policy_.variables.size(); }
  cel::Value find(const cel::Value& key) const override {
    const auto& declared = evaluation_.policy_.policy.spec().variables();
    for (int i = 0; i < declared.size(); ++i)
      if (key.kind() == cel::Kind::kString && declared[i].name() == key.as_text()) return at(i);
    return cel::Value::error("no such key");
  }
  std::vector<cel::Value> keys() const override {
    std::vector<cel::Value> out;
    for (const auto& one : evaluation_.policy_.policy.spec().variables())
      out.push_back(cel::Value::view(one.name()));
    return out;
  }
  void forget() { known_.clear(); }

 private:
  // A long chain of variables is computed from its beginning, so that the stack does not grow.
  cel::Value at(int index) const {
    constexpr int kDeep = 8;
    for (int i = evaluation_.depth_ < kDeep ? index : 0; i <= index; ++i) {
      auto& known = known_[i];
      if (!known)
        known = evaluation_.run(evaluation_.policy_.variables[static_cast<std::size_t>(i)]).value;
    }
    return *known_[index];
  }

  Evaluation& evaluation_;
  mutable std::map<int, std::optional<cel::Value>> known_;
};

Evaluation::Evaluation(const CompiledPolicy& policy, const Request& request,
                       const json::value& params)
    : policy_(policy),
      values_(request.values()),
      variables_(std::make_shared<LazyVariables>(*this)) {
  values_[kParams] = cel::Value::json(params, nullptr);
  values_[kVariables] = cel::Value::map(variables_);
}

// A variable may be all variables, which would hold themselves.
Evaluation::~Evaluation() { variables_->forget(); }

cel::Outcome Evaluation::run(const cel::Program& program, std::uint64_t most) {
  if (!program.ok()) return {cel::Value::error("compilation failed: " + program.error())};
  ++depth_;
  auto out = program.run(values_, std::min(budget_, most));
  --depth_;
  budget_ -= std::min(budget_, out.cost);
  return out;
}

void Evaluation::fail(const std::string& expression, const cel::Value& error, int index,
                      std::vector<Denial>& denials) const {
  if (!policy_.fails()) return;
  denials.push_back({evaluation_error(expression, error), {}, index});
}

bool Evaluation::applies(std::vector<Denial>& denials) {
  const auto answer = ask_conditions(policy_.conditions.size(),
                                     [&](std::size_t i, std::uint64_t most) {
                                       return run(policy_.conditions[i], most);
                                     });
  // Conditions have a budget of their own.
  budget_ = cel::kRequestCost;
  if (answer.failed)
    fail(policy_.policy.spec().matchconditions(static_cast<int>(*answer.failed)).expression(),
         answer.error, 0, denials);
  return answer.hold;
}

void Evaluation::validate(std::vector<Denial>& denials) {
  for (std::size_t i = 0; i < policy_.validations.size(); ++i) {
    const auto& one = policy_.policy.spec().validations(static_cast<int>(i));
    const auto outcome = run(policy_.validations[i]);
    if (outcome.value.is_error())
      fail(one.expression(), outcome.value, static_cast<int>(i), denials);
    else if (!outcome.value.is_true())
      denials.push_back({message_of(i), one.reason(), static_cast<int>(i)});
  }
}

std::string Evaluation::message_of(std::size_t index) {
  const auto& one = policy_.policy.spec().validations(static_cast<int>(index));
  if (policy_.messages[index].ok()) {
    const auto outcome = run(policy_.messages[index]);
    if (outcome.value.kind() == cel::Kind::kString) {
      const std::string text(trimmed(outcome.value.as_text()));
      if (!text.empty() && text.size() <= 5 * 1024 && text.find('\n') == text.npos) return text;
    }
  }
  const std::string message(trimmed(one.message()));
  return message.empty() ? "failed expression: " + std::string(trimmed(one.expression())) : message;
}

std::string Evaluation::annotation(std::size_t index) {
  const auto outcome = run(policy_.annotations[index]);
  return outcome.value.kind() == cel::Kind::kString ? std::string(outcome.value.as_text())
                                                    : std::string();
}

}  // namespace kubus::apiserver::policy
