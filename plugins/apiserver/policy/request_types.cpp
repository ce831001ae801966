#include "policy/request_types.h"

#include <utility>

namespace kubus::apiserver::policy {
namespace {

using cel::Kind;
using cel::TypePtr;
using cel::type_of;

using Fields = std::map<std::string, TypePtr, std::less<>>;

TypePtr object(const char* name, Fields fields) {
  return cel::object_type(name, std::move(fields));
}

TypePtr text() { return type_of(Kind::kString); }
TypePtr texts() { return list_of(text()); }

TypePtr make_request_type() {
  const auto kind = object("kubernetes.GroupVersionKind",
                           {{"group", text()}, {"version", text()}, {"kind", text()}});
  const auto resource = object("kubernetes.GroupVersionResource",
                               {{"group", text()}, {"version", text()}, {"resource", text()}});
  const auto user = object("kubernetes.UserInfo", {{"username", text()},
                                                   {"uid", text()},
                                                   {"groups", texts()},
                                                   {"extra", map_of(text(), texts())}});
  return object("kubernetes.AdmissionRequest", {{"kind", kind},
                                                {"resource", resource},
                                                {"subResource", text()},
                                                {"requestKind", kind},
                                                {"requestResource", resource},
                                                {"requestSubResource", text()},
                                                {"name", text()},
                                                {"namespace", text()},
                                                {"operation", text()},
                                                {"userInfo", user},
                                                {"dryRun", type_of(Kind::kBool)},
                                                {"options", type_of(Kind::kDyn)}});
}

TypePtr make_namespace_type() {
  const auto time = type_of(Kind::kTimestamp);
  const auto map = map_of(text(), text());
  const auto metadata = object("kubernetes.NamespaceMetadata",
                               {{"name", text()},
                                {"generateName", text()},
                                {"namespace", text()},
                                {"labels", map},
                                {"annotations", map},
                                {"UID", text()},
                                {"creationTimestamp", time},
                                {"deletionGracePeriodSeconds", type_of(Kind::kInt)},
                                {"deletionTimestamp", time},
                                {"generation", type_of(Kind::kInt)},
                                {"resourceVersion", text()},
                                {"finalizers", texts()}});
  const auto condition = object("kubernetes.NamespaceCondition", {{"status", text()},
                                                                  {"type", text()},
                                                                  {"lastTransitionTime", time},
                                                                  {"message", text()},
                                                                  {"reason", text()}});
  return object(
      "kubernetes.Namespace",
      {{"metadata", metadata},
       {"spec", object("kubernetes.NamespaceSpec", {{"finalizers", texts()}})},
       {"status", object("kubernetes.NamespaceStatus",
                         {{"conditions", list_of(condition)}, {"phase", text()}})}});
}

}  // namespace

TypePtr request_type() {
  static const auto type = make_request_type();
  return type;
}

TypePtr namespace_type() {
  static const auto type = make_namespace_type();
  return type;
}

}  // namespace kubus::apiserver::policy
