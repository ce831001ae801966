#include "registry/effort.h"

#include <algorithm>

#include "custom/kind.h"
#include "fairness/work.h"
#include "registry/write_options.h"

namespace kubus::apiserver {
namespace {

// From these sizes on a change or a list takes a millisecond or more.
constexpr std::size_t kLargeObject = 16 * 1024;
constexpr std::size_t kLargeList = 1'000'000;

// What a small body says may come to much: a value that is copied over and over.
bool may_unfold(const Call& call) {
  if (call.info.verb == "patch" && call.patch_type == kJsonPatch) return true;
  const bool yaml = call.patch_type == kApplyPatch || call.body_format == Format::kYaml;
  return yaml && !call.body.view().starts_with('{');
}

bool is_large(const Call& call) {
  if (call.body.size() > kLargeObject) return true;
  if (!call.cache || call.info.name.empty()) return false;
  const auto stored = call.cache->get(call.key());
  return stored && stored->json().size() > kLargeObject;
}

bool has_rules(const Call& call) {
  const auto* kind = custom_kind(*call.resource);
  return kind && kind->schema().has_expressions;
}

bool is_long_at(AdmissionCall::Operation operation, Call& call, const Admissions& admissions) {
  const AdmissionCall seen{call, operation, nullptr, nullptr};
  return std::any_of(admissions.begin(), admissions.end(),
                     [&](const auto& admission) { return admission->may_take_long(seen); });
}

}  // namespace

bool may_take_long(Call& call, const Admissions& admissions) {
  using Operation = AdmissionCall::Operation;
  const auto& verb = call.info.verb;
  if (verb == "get" || verb == "watch") return false;
  const bool many = verb == "list" || verb == "deletecollection";
  if (many && call.cache && fairness::bytes_listed(call.query, *call.cache) > kLargeList)
    return true;
  if (verb == "list") return false;
  if (verb == "delete" || many) return is_long_at(Operation::kDelete, call, admissions);
  if (may_unfold(call) || is_large(call) || has_rules(call)) return true;
  // An object that is not there may be made by what changes it.
  return is_long_at(Operation::kCreate, call, admissions) ||
         (verb != "create" && is_long_at(Operation::kUpdate, call, admissions));
}

}  // namespace kubus::apiserver
