#include "policy/admission.h"

#include <k8s/admissionregistration/v1/admission_policy.pb.h>
#include <k8s/meta/v1/label_selector.pb.h>
#include <k8s/meta/v1/object_meta.pb.h>
#include <k8s/meta/v1/status.pb.h>

#include <algorithm>
#include <boost/json.hpp>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "audit/record.h"
#include "cache/storage_key.h"
#include "policy/compiled_policy.h"
#include "policy/evaluation.h"
#include "policy/rule_matching.h"
#include "validation/checks.h"
#include "validation/validation.h"

namespace kubus::apiserver::policy {
namespace {

namespace v1 = admissionregistration_v1;
namespace json = boost::json;
using CompiledPtr = std::shared_ptr<const CompiledPolicy>;

constexpr const char* kGroup = "admissionregistration.k8s.io";
constexpr const char* kAuditKey = "validation.policy.admission.k8s.io/validation_failure";

// Policies do not rule over policies.
bool is_exempt(const AdmissionCall& call) {
  const auto& resource = *call.call.resource;
  return resource.group == kGroup && (resource.plural == "validatingadmissionpolicies" ||
                                      resource.plural == "validatingadmissionpolicybindings");
}

// The status clients know: what is forbidden, with the reason of the rule.
Status refusal(const AdmissionCall& call, const std::string& message, const std::string& reason) {
  const auto forbidden = errors::forbidden(call.subject(), message);
  meta_v1::StatusDetails details;
  details.ParseFromString(forbidden.details());
  details.add_causes()->set_message(message);
  auto code = reason.empty() ? kubus::Code::kInvalid : code_from_name(reason);
  if (code == kubus::Code::kUnknown) code = kubus::Code::kInvalid;
  Status out(code, forbidden.message());
  out.with_details(details.SerializeAsString());
  return out;
}

// What is remembered of one binding's outcome.
struct Verdict {
  const v1::ValidatingAdmissionPolicy& policy;
  const v1::ValidatingAdmissionPolicyBinding& binding;

  std::string who() const {
    return "ValidatingAdmissionPolicy '" + policy.metadata().name() + "' with binding '" +
           binding.metadata().name() + "'";
  }
  bool asks(std::string_view action) const {
    const auto& actions = binding.spec().validationactions();
    return std::find(actions.begin(), actions.end(), action) != actions.end();
  }
};

class Policies final : public Admission {
 public:
  Policies(ClusterCache& cache, const KindCatalog& kinds, const Authorizers& authorizers)
      : cache_(cache),
        kinds_(kinds),
        authorizers_(authorizers),
        namespaces_(*cache.find("", "namespaces")),
        policies_(*cache.find(kGroup, "validatingadmissionpolicies")),
        bindings_(*cache.find(kGroup, "validatingadmissionpolicybindings")) {}

  bool sees_connections() const override { return true; }

  Status validate(const AdmissionCall& call) override {
    if (is_exempt(call)) return {};
    if (policies_.size() == 0 || bindings_.size() == 0) return {};
    std::vector<ObjectPtr> bindings;
    bindings_.for_each([&](const ObjectPtr& one) { bindings.push_back(one); });
    Sitting sitting{call, {}, {}, {}, {}, {}};
    for (const auto& one : bindings) {
      const auto& binding =
          static_cast<const v1::ValidatingAdmissionPolicyBinding&>(*one->decoded());
      decide(binding, sitting);
    }
    // It is sat again once they are there.
    if (call.call.conversions.pending())
      return Status(kubus::Code::kUnavailable, "not converted yet");
    for (auto& warning : sitting.warnings) call.call.warnings.push_back(std::move(warning));
    if (!sitting.failures.empty()) annotate(call, kAuditKey, json::serialize(sitting.failures));
    for (const auto& [key, value] : sitting.annotations) annotate(call, key, value);
    return sitting.refused.value_or(Status());
  }

 private:
  // A request in one version, or why it is not known there.
  struct Seen {
    Status status;
    Request request;
  };
  // One request before all bindings.
  struct Sitting {
    const AdmissionCall& call;
    // In each version in which a policy wants to see it, made when the first one does.
    std::map<ResourceRef, Seen> seen;
    std::optional<Status> refused;
    json::array failures;
    std::map<std::string, std::string> annotations;
    std::vector<std::string> warnings;
  };

  static void annotate(const AdmissionCall& call, const std::string& key,
                       const std::string& value) {
    if (call.call.record) call.call.record->annotations.set(key, value);
  }

  CompiledPtr find_policy(const std::string& name) {
    const auto object = policies_.get(name);
    const std::lock_guard lock(mutex_);
    if (!object) return nullptr;
    // Those that are gone.
    if (compiled_.size() > policies_.size())
      std::erase_if(compiled_, [&](const auto& entry) { return !policies_.get(entry.first); });
    // The object is held as well, so that no other can be at its address.
    auto& known = compiled_[name];
    if (known.first == object) return known.second;
    const auto& policy = static_cast<const v1::ValidatingAdmissionPolicy&>(*object->decoded());
    ErrorList ignored;
    known = {object, std::make_shared<const CompiledPolicy>(compile(policy, ignored))};
    return known.second;
  }

  void decide(const v1::ValidatingAdmissionPolicyBinding& binding, Sitting& sitting) {
    const auto policy = find_policy(binding.spec().policyname());
    const auto& call = sitting.call;
    if (!policy) return;
    const auto matched = match(*policy, binding, call);
    const Verdict verdict{policy->policy, binding};
    std::vector<Denial> denials;
    if (!matched.ok() && policy->fails())
      return act(verdict, {matched.status().message(), {}, 0}, sitting);
    if (!matched.ok() || !*matched) return;
    const auto& [seen, request] = shown(*matched, sitting);
    if (!seen.ok() && policy->fails())
      act(verdict, misconfigured("failed to convert object version: " + seen.message()), sitting);
    if (!seen.ok()) return;
    for (const auto& params : params_of(*policy, binding, call, denials)) {
      Evaluation evaluation(*policy, request, params);
      if (!evaluation.applies(denials)) continue;
      evaluation.validate(denials);
      gather_annotations(*policy, evaluation, sitting);
    }
    for (const auto& denial : denials) act(verdict, denial, sitting);
  }

  // In which version the policy sees the call; null: it has nothing to do with it.
  Result<ResourceRef> match(const CompiledPolicy& policy,
                            const v1::ValidatingAdmissionPolicyBinding& binding,
                            const AdmissionCall& call) const {
    auto found =
        match_resources(policy.policy.spec().matchconstraints(), call, namespaces_, kinds_);
    if (!found.ok() || !*found || !binding.spec().has_matchresources()) return found;
    const auto bound =
        match_resources(binding.spec().matchresources(), call, namespaces_, kinds_);
    if (!bound.ok()) return bound.status();
    return *bound ? std::move(*found) : ResourceRef();
  }

  static Denial misconfigured(const std::string& why) {
    return {"failed to configure binding: " + why, {}, 0};
  }

  const Seen& shown(const ResourceRef& as, Sitting& sitting) const {
    const auto known = sitting.seen.find(as);
    if (known != sitting.seen.end()) return known->second;
    const auto& call = sitting.call;
    const auto ns = call.call.resource->namespaced ? namespaces_.get(call.call.info.ns) : nullptr;
    const SeenCall seen(call, as);
    Request request(seen, ns ? ns->decoded().get() : nullptr, authorizers_);
    return sitting.seen.emplace(as, Seen{seen.status(), std::move(request)}).first->second;
  }

  void act(const Verdict& verdict, const Denial& denial, Sitting& sitting) {
    if (verdict.asks("Deny") && !sitting.refused)
      sitting.refused = refusal(sitting.call, verdict.who() + " denied request: " + denial.message,
                                denial.reason);
    if (verdict.asks("Warn"))
      sitting.warnings.push_back("Validation failed for " + verdict.who() + ": " +
                                           denial.message);
    if (!verdict.asks("Audit")) return;
    json::object failure;
    failure["message"] = denial.message;
    failure["policy"] = verdict.policy.metadata().name();
    failure["binding"] = verdict.binding.metadata().name();
    failure["expressionIndex"] = denial.index;
    json::array actions;
    for (const auto& one : verdict.binding.spec().validationactions()) actions.emplace_back(one);
    failure["validationActions"] = std::move(actions);
    sitting.failures.push_back(std::move(failure));
  }

  static void gather_annotations(const CompiledPolicy& policy, Evaluation& evaluation,
                                 Sitting& sitting) {
    for (std::size_t i = 0; i < policy.annotations.size(); ++i) {
      const auto value = evaluation.annotation(i);
      if (value.empty()) continue;
      const auto& key = policy.policy.spec().auditannotations(static_cast<int>(i)).key();
      auto& all = sitting.annotations[policy.policy.metadata().name() + "/" + key];
      all += (all.empty() ? "" : ", ") + value;
    }
  }

  // The objects a binding gives its policy; one null where there are none to give.
  std::vector<json::value> params_of(const CompiledPolicy& policy,
                                     const v1::ValidatingAdmissionPolicyBinding& binding,
                                     const AdmissionCall& call,
                                     std::vector<Denial>& denials) const {
    if (!policy.policy.spec().has_paramkind() || !binding.spec().has_paramref()) return {nullptr};
    const auto& kind = policy.policy.spec().paramkind();
    const auto& reference = binding.spec().paramref();
    std::vector<json::value> out;
    if (const auto source = source_of(kind); source.cache) {
      const auto& ns = reference.namespace_().empty() ? call.call.info.ns : reference.namespace_();
      const auto found = params_in(source, ns, reference, call.call);
      if (!found.ok() && policy.fails())
        denials.push_back(misconfigured(found.status().message()));
      if (!found.ok()) return {};
      for (const auto& object : *found) out.push_back(document_of(object->decoded().get()));
    }
    if (out.empty() && reference.parameternotfoundaction() != "Allow" && policy.fails())
      denials.push_back(misconfigured(
          "no params found for policy binding with `Deny` parameterNotFoundAction"));
    return out;
  }

  // Where objects of a kind are, and where a webhook converts them the version they are wanted in.
  struct Source {
    std::shared_ptr<const ResourceCache> cache;
    ConversionMemo::Kind wanted;
  };

  static Result<std::vector<ObjectPtr>> params_in(const Source& source, const std::string& ns,
                                                  const v1::ParamRef& reference,
                                                  const Call& call) {
    const auto& cache = *source.cache;
    std::vector<ObjectPtr> all;
    const auto add = [&](const ObjectPtr& object) { all.push_back(object); };
    const bool selects = reference.has_selector();
    if (!selects) {
      if (auto object = cache.get(object_key(cache.resource(), ns, reference.name()))) add(object);
    } else if (cache.resource().namespaced) {
      cache.for_each(ns, add);
    } else {
      cache.for_each(add);
    }
    if (source.wanted) KUBUS_TRY(convert(all, source.wanted, call));
    if (selects)
      std::erase_if(all, [&](const ObjectPtr& object) {
        return !selector_matches(reference.selector(), metadata_of(*object->decoded())->labels());
      });
    return all;
  }

  static Status convert(std::vector<ObjectPtr>& objects, const ConversionMemo::Kind& wanted,
                        const Call& call) {
    Status status;
    for (auto& object : objects) {
      const auto* found = call.conversions.find(object, wanted);
      if (found && found->ok())
        object = **found;
      else
        status = found ? found->status() : Status(kubus::Code::kUnavailable, "not converted yet");
    }
    return status;
  }

  Source source_of(const v1::ParamKind& kind) const {
    const auto served = kinds_.served();
    const auto prefix = kind.apiversion() + "/";
    for (auto at = served->custom.lower_bound(prefix);
         at != served->custom.end() && at->first.starts_with(prefix); ++at) {
      const auto& one = at->second;
      if (one.kind().kind == kind.kind())
        return {one.served->cache,
                one.kind().conversion() ? ConversionMemo::Kind(one.served, &one.kind()) : nullptr};
    }
    for (const auto& cache : cache_.all())
      if (cache->resource().kind == kind.kind() &&
          cache->resource().api_version() == kind.apiversion())
        return {cache, nullptr};
    return {};
  }

  ClusterCache& cache_;
  const KindCatalog& kinds_;
  const Authorizers& authorizers_;
  const ResourceCache& namespaces_;
  const ResourceCache& policies_;
  const ResourceCache& bindings_;
  std::mutex mutex_;
  std::map<std::string, std::pair<ObjectPtr, CompiledPtr>> compiled_;  // by name
};

}  // namespace

std::unique_ptr<Admission> make_policies(const AdmissionContext& context) {
  return std::make_unique<Policies>(context.cache, *context.kinds, context.authorizers);
}

}  // namespace kubus::apiserver::policy
