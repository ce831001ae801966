// What one may do, as this cluster's own authorizers say.
#include "cel/access.h"
#include "cel/functions.h"
#include "validation/names.h"

namespace kubus::apiserver::cel {
namespace {

constexpr std::uint64_t kCheckCost = 350'000;

constexpr char kAuthorizer[] = "kubernetes.authorization.Authorizer";
constexpr char kPath[] = "kubernetes.authorization.PathCheck";
constexpr char kGroup[] = "kubernetes.authorization.GroupCheck";
constexpr char kResource[] = "kubernetes.authorization.ResourceCheck";
constexpr char kDecision[] = "kubernetes.authorization.Decision";

// A question as far as it has been asked; its type says what may still be added.
struct Question final : Opaque {
  Question(const char* type, AccessAuthorityPtr authority, AccessCheck check)
      : type(type), authority(std::move(authority)), check(std::move(check)) {}
  std::string_view type_name() const override { return type; }
  bool equals(const Opaque& other) const override { return this == &other; }
  const char* const type;
  const AccessAuthorityPtr authority;
  const AccessCheck check;
};

struct Answer final : Opaque {
  explicit Answer(AccessDecision decision) : decision(std::move(decision)) {}
  std::string_view type_name() const override { return kDecision; }
  bool equals(const Opaque& other) const override { return this == &other; }
  const AccessDecision decision;
};

const Question& question(Args a) { return static_cast<const Question&>(a[0].as_opaque()); }
const AccessDecision& decision(Args a) {
  return static_cast<const Answer&>(a[0].as_opaque()).decision;
}

Value asked(const char* type, const Question& before, AccessCheck check) {
  return Value::opaque(std::make_shared<Question>(type, before.authority, std::move(check)));
}

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\n\v\f\r") == text.npos; }

template <std::string AccessCheck::*Part>
Value with(Args a) {
  auto check = question(a).check;
  check.*Part = a[1].as_text();
  return asked(kResource, question(a), std::move(check));
}

Value path(Args a) {
  if (is_blank(a[1].as_text())) return Value::error("path must not be empty");
  auto check = question(a).check;
  check.path = a[1].as_text();
  return asked(kPath, question(a), std::move(check));
}
Value group(Args a) {
  auto check = question(a).check;
  check.group = a[1].as_text();
  return asked(kGroup, question(a), std::move(check));
}
Value resource(Args a) {
  if (is_blank(a[1].as_text())) return Value::error("resource must not be empty");
  auto check = question(a).check;
  check.is_resource = true;
  check.resource = a[1].as_text();
  return asked(kResource, question(a), std::move(check));
}
Value service_account(Args a) {
  if (!check_dns1123_subdomain(a[2].as_text()).empty())
    return Value::error("Invalid service account name");
  if (!check_dns1123_label(a[1].as_text()).empty())
    return Value::error("Invalid service account namespace");
  auto check = question(a).check;
  check.account_namespace = a[1].as_text();
  check.account_name = a[2].as_text();
  return asked(kAuthorizer, question(a), std::move(check));
}
Value check(Args a) {
  auto last = question(a).check;
  last.verb = a[1].as_text();
  return Value::opaque(std::make_shared<Answer>(question(a).authority->decide(last)));
}

std::uint64_t check_cost(Args) { return kCheckCost; }
std::uint64_t selector_cost(Args a) { return tenth(size_of(a[1])); }

constexpr Signature kAccess[] = {
    {"[kubernetes.authorization.Authorizer] path(string) kubernetes.authorization.PathCheck", path},
    {"[kubernetes.authorization.Authorizer] group(string) kubernetes.authorization.GroupCheck",
     group},
    {"[kubernetes.authorization.Authorizer] serviceAccount(string, string) "
     "kubernetes.authorization.Authorizer",
     service_account},
    {"[kubernetes.authorization.PathCheck] check(string) kubernetes.authorization.Decision", check,
     check_cost},
    {"[kubernetes.authorization.GroupCheck] resource(string) "
     "kubernetes.authorization.ResourceCheck",
     resource},
    {"[kubernetes.authorization.ResourceCheck] subresource(string) "
     "kubernetes.authorization.ResourceCheck",
     with<&AccessCheck::subresource>},
    {"[kubernetes.authorization.ResourceCheck] namespace(string) "
     "kubernetes.authorization.ResourceCheck",
     with<&AccessCheck::ns>},
    {"[kubernetes.authorization.ResourceCheck] name(string) "
     "kubernetes.authorization.ResourceCheck",
     with<&AccessCheck::name>},
    {"[kubernetes.authorization.ResourceCheck] fieldSelector(string) "
     "kubernetes.authorization.ResourceCheck",
     with<&AccessCheck::field_selector>, selector_cost},
    {"[kubernetes.authorization.ResourceCheck] labelSelector(string) "
     "kubernetes.authorization.ResourceCheck",
     with<&AccessCheck::label_selector>, selector_cost},
    {"[kubernetes.authorization.ResourceCheck] check(string) kubernetes.authorization.Decision",
     check, check_cost},
    {"[kubernetes.authorization.Decision] allowed() bool",
     [](Args a) { return Value::of(decision(a).allowed); }},
    {"[kubernetes.authorization.Decision] reason() string",
     [](Args a) { return Value::text(decision(a).reason); }},
    {"[kubernetes.authorization.Decision] errored() bool",
     [](Args a) { return Value::of(!decision(a).error.empty()); }},
    {"[kubernetes.authorization.Decision] error() string",
     [](Args a) { return Value::text(decision(a).error); }},
};

}  // namespace

std::span<const Signature> access_functions() { return kAccess; }

TypePtr authorizer_type() { return opaque_type(kAuthorizer); }
TypePtr resource_check_type() { return opaque_type(kResource); }

Value authorizer_value(AccessAuthorityPtr authority) {
  return Value::opaque(
      std::make_shared<Question>(kAuthorizer, std::move(authority), AccessCheck()));
}
Value resource_check_value(AccessAuthorityPtr authority, AccessCheck resource) {
  return Value::opaque(
      std::make_shared<Question>(kResource, std::move(authority), std::move(resource)));
}

}  // namespace kubus::apiserver::cel
