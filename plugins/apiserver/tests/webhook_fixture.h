// A server, a webhook of the test's own, and the configurations that bring the two together.
#pragma once

#include <gmock/gmock.h>

#include <string>

#include "kubus/api/base64.h"
#include "tests/hook_server.h"
#include "tests/https_fixture.h"

namespace kubus::apiserver {

inline constexpr const char* kMutating =
    "admissionregistration.k8s.io/mutatingwebhookconfigurations";
inline constexpr const char* kValidating =
    "admissionregistration.k8s.io/validatingwebhookconfigurations";

// An answer that lets pass what those operations of a JSON patch make of the object.
inline std::string patch(const std::string& operations) {
  return R"("allowed":true,"patchType":"JSONPatch","patch":")" + encode_base64(operations) + '"';
}

class WebhooksTest : public HttpsTest {
 protected:
  void TearDown() override {
    for (const auto* kind : {kMutating, kValidating}) call("deletecollection", kind, "", "");
  }

  // One webhook of a configuration, about new and changed config maps unless `rest` says otherwise.
  std::string hook(const std::string& name, const std::string& path,
                   const std::string& rest = {}) const {
    const auto has = [&](const char* field) {
      return rest.find(std::string("\"") + field + "\"") != std::string::npos;
    };
    std::string out = R"({"name":")" + name + R"(.example.com","clientConfig":{"url":")" +
                      server_.url(path) + R"(","caBundle":")" + server_.ca_bundle() + R"("})";
    if (!has("admissionReviewVersions")) out += R"(,"admissionReviewVersions":["v1"])";
    if (!has("sideEffects")) out += R"(,"sideEffects":"None")";
    if (!has("rules")) out += "," + rule("", "v1", "configmaps", R"("CREATE","UPDATE")");
    return out + (rest.empty() ? "" : "," + rest) + "}";
  }
  // The rules of a webhook: one, about those operations, all of them unless they are named.
  static std::string rule(const std::string& group, const std::string& version,
                          const std::string& resource, const std::string& operations = R"("*")") {
    return R"("rules":[{"operations":[)" + operations + R"(],"apiGroups":[")" + group +
           R"("],"apiVersions":[")" + version + R"("],"resources":[")" + resource + R"("]}])";
  }
  static void configure(const char* kind, const std::string& name, const std::string& hooks) {
    const auto made =
        create(kind, "", R"({"metadata":{"name":")" + name + R"("},"webhooks":[)" + hooks + "]}");
    ASSERT_EQ(made.code, 201) << made.body;
  }
  // A value in the last question at a path, such as "request.operation".
  std::string asked(const std::string& path, const std::string& field) const {
    const auto all = server_.questions(path);
    return all.empty() ? "nothing asked" : json_text(json_at(all.back(), field));
  }

  HookServer server_;
};

}  // namespace kubus::apiserver
