// The whole server over HTTPS, asked by the administrator in the name of others.
//
// Thread safety: one thread.
#pragma once

#include <string>
#include <vector>

#include "tests/https_fixture.h"

namespace kubus::apiserver {

class ActingTest : public HttpsTest {
 protected:
  static constexpr const char* kRbac = "/apis/rbac.authorization.k8s.io/v1";
  static constexpr const char* kReviews = "/apis/authorization.k8s.io/v1";

  // An empty user: the administrator.
  Reply as(const std::string& user, const std::string& method, const std::string& path,
           const std::string& body = "", const std::vector<std::string>& groups = {}) const {
    std::string fields;
    if (!user.empty()) fields = "Impersonate-User: " + user + "\r\n";
    for (const auto& group : groups) fields += "Impersonate-Group: " + group + "\r\n";
    const auto* type = method == "PATCH" ? "application/merge-patch+json" : "application/json";
    const auto answer = exchange(method, path, body, type, fields);
    return {status(answer), body_of(answer), {}};
  }
  static std::string rule(const std::string& verbs, const std::string& groups,
                          const std::string& resources) {
    return R"({"verbs":[)" + verbs + R"(],"apiGroups":[)" + groups + R"(],"resources":[)" +
           resources + "]}";
  }
  static std::string role(const std::string& name, const std::string& rules) {
    return R"({"metadata":{"name":")" + name + R"("},"rules":[)" + rules + "]}";
  }
  static std::string binding(const std::string& name, const std::string& kind,
                             const std::string& role, const std::string& user) {
    return R"({"metadata":{"name":")" + name +
           R"("},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":")" + kind +
           R"(","name":")" + role +
           R"("},"subjects":[{"kind":"User","apiGroup":"rbac.authorization.k8s.io","name":")" +
           user + "\"}]}";
  }
  // Grants the user a ClusterRole of these rules; both are named after the user.
  void grant(const std::string& user, const std::string& rules) const {
    ASSERT_EQ(as("", "POST", std::string(kRbac) + "/clusterroles", role(user, rules)).code, 201);
    ASSERT_EQ(as("", "POST", std::string(kRbac) + "/clusterrolebindings",
                 binding(user, "ClusterRole", user, user))
                  .code,
              201);
  }
  static std::string roles_in(const std::string& ns) {
    return std::string(kRbac) + "/namespaces/" + ns + "/roles";
  }
  static std::string bindings_in(const std::string& ns) {
    return std::string(kRbac) + "/namespaces/" + ns + "/rolebindings";
  }
};

}  // namespace kubus::apiserver
