#include "policy/type_check.h"

#include <k8s/admissionregistration/v1/rule.pb.h>
#include <k8s/meta/v1/object_meta.pb.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "policy/compiled_policy.h"
#include "policy/message_type.h"
#include "schema/expression_rule.h"

namespace kubus::apiserver::policy {
namespace {

namespace v1 = admissionregistration_v1;

constexpr std::size_t kMostKinds = 10;

// By group, version and kind, the order in which they are told.
using Kinds = std::map<std::vector<std::string>, cel::TypePtr>;

cel::TypePtr type_of_kind(const ResourceInfo& resource) {
  std::shared_ptr<cel::Type> out;
  if (const auto* custom = custom_kind(resource)) {
    const auto type = whole_object_type(custom->schema());
    if (!type || type->kind != cel::Kind::kObject) return nullptr;
    out = std::make_shared<cel::Type>(*type);
    out->fields["metadata"] =
        message_type(*meta_v1::ObjectMeta::descriptor(), resource.kind + ".metadata");
  } else {
    if (!resource.message) return nullptr;
    const auto type = message_type(*resource.message, resource.kind);
    if (type->kind != cel::Kind::kObject) return nullptr;
    out = std::make_shared<cel::Type>(*type);
  }
  out->name = resource.kind;
  out->fields["apiVersion"] = out->fields["kind"] = cel::type_of(cel::Kind::kString);
  return out;
}

// Sorted; nothing where it stands for everything.
template <class List>
std::vector<std::string> named(const List& list) {
  std::vector<std::string> out(list.begin(), list.end());
  if (std::find(out.begin(), out.end(), "*") != out.end()) return {};
  std::sort(out.begin(), out.end());
  return out;
}

const ResourceInfo* find_kind(const KindCatalog& catalog, const std::string& group,
                              const std::string& version, const std::string& plural,
                              ServedKindPtr& keep) {
  if (const auto* built_in = find_resource(group, version, plural)) return built_in;
  keep = catalog.find(group, version, plural);
  return keep ? keep->kind.get() : nullptr;
}

void add_kinds(const v1::Rule& rule, const KindCatalog& catalog, Kinds& out) {
  for (const auto& group : named(rule.apigroups()))
    for (const auto& version : named(rule.apiversions())) {
      std::vector<std::string> plurals(rule.resources().begin(), rule.resources().end());
      std::sort(plurals.begin(), plurals.end());
      for (const auto& plural : plurals) {
        if (out.size() == kMostKinds) return;
        // Neither everything nor parts of objects.
        if (plural.find_first_of("*/") != plural.npos) continue;
        ServedKindPtr keep;
        const auto* kind = find_kind(catalog, group, version, plural, keep);
        auto type = kind ? type_of_kind(*kind) : nullptr;
        if (type) out.emplace(std::vector<std::string>{group, version, kind->kind}, type);
      }
    }
}

Kinds kinds_of(const v1::ValidatingAdmissionPolicySpec& spec, const KindCatalog& catalog) {
  Kinds out;
  for (const auto& rule : spec.matchconstraints().resourcerules())
    add_kinds(rule.rulewithoperations().rule(), catalog, out);
  return out;
}

cel::TypePtr params_type(const v1::ValidatingAdmissionPolicySpec& spec,
                         const KindCatalog& catalog) {
  if (!spec.has_paramkind()) return nullptr;
  const auto& wanted = spec.paramkind();
  const auto is_it = [&](const ResourceInfo& one) {
    return one.kind == wanted.kind() && one.api_version() == wanted.apiversion();
  };
  const auto served = catalog.served();
  for (const auto* one : served->built_in)
    if (is_it(*one)) return type_of_kind(*one);
  for (const auto& [path, custom] : served->custom)
    if (is_it(custom.kind())) return type_of_kind(custom.kind());
  return nullptr;
}

// "apps/v1, Kind=Deployment"
std::string written(const std::vector<std::string>& kind) {
  return kind[0] + "/" + kind[1] + ", Kind=" + kind[2];
}

}  // namespace

v1::TypeChecking check_types(const v1::ValidatingAdmissionPolicy& policy,
                             const KindCatalog& catalog) {
  const auto params = params_type(policy.spec(), catalog);
  const auto& validations = policy.spec().validations();
  std::map<std::pair<int, bool>, std::string> warnings;
  for (const auto& [kind, type] : kinds_of(policy.spec(), catalog)) {
    ErrorList ignored;
    const auto compiled = compile(policy, {type, params}, ignored);
    const auto name = written(kind);  // Clang 14 lets no lambda have a structured binding
    const auto add = [&](int i, bool message, const cel::Program& program) {
      if (program.ok() || program.error().empty()) return;
      auto& text = warnings[{i, message}];
      text += (text.empty() ? "" : "\n") + name + ": " + program.error();
    };
    for (int i = 0; i < validations.size(); ++i) {
      add(i, false, compiled.validations[static_cast<std::size_t>(i)]);
      add(i, true, compiled.messages[static_cast<std::size_t>(i)]);
    }
  }
  v1::TypeChecking out;
  for (const auto& [where, text] : warnings) {
    auto& warning = *out.add_expressionwarnings();
    warning.set_fieldref(Path("spec")
                             .child("validations")
                             .index(where.first)
                             .child(where.second ? "messageExpression" : "expression")
                             .str());
    warning.set_warning(text);
  }
  return out;
}

}  // namespace kubus::apiserver::policy
