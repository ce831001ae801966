// Who may ask the kubelet.
#include "server/access.h"

#include <gtest/gtest.h>

namespace kubus::kubelet {
namespace {

struct AccessCase {
  const char* name;
  http::Peer peer;
  const char* method;
  const char* target;
  Code code;
  const char* message;
};

TEST(Access, AsTheReferenceAnswers) {
  const http::Peer nobody, rejected{"", {}, true, ""}, admin{"jane", {"system:masters"}, false, ""},
      api{"kube-apiserver-kubelet-client", {}, false, ""}, user{"joe", {"dev"}, false, ""};
  const AccessCase cases[] = {
      {"health", nobody, "GET", "/healthz", Code::kOk, ""},
      {"nobody", nobody, "GET", "/pods", Code::kUnauthorized, "Unauthorized"},
      {"a strange certificate", rejected, "GET", "/healthz", Code::kUnauthorized, "Unauthorized"},
      {"administrator", admin, "POST", "/exec/a/b/c", Code::kOk, ""},
      {"API server", api, "GET", "/pods", Code::kOk, ""},
      {"user", user, "GET", "/pods?x=1", Code::kForbidden,
       "Forbidden (user=joe, verb=get, resource=nodes, subresource(s)=[pods proxy])\n"},
      {"user", user, "POST", "/exec/a/b/c", Code::kForbidden,
       "Forbidden (user=joe, verb=create, resource=nodes, subresource(s)=[proxy])\n"},
      {"no prefix", user, "GET", "/healthzy", Code::kForbidden,
       "Forbidden (user=joe, verb=get, resource=nodes, subresource(s)=[proxy])\n"},
  };
  for (const auto& test : cases) {
    SCOPED_TRACE(test.name);
    http::Request request;
    request.method = test.method;
    request.target = test.target;
    request.peer = test.peer;
    const auto status = check_access(request);
    EXPECT_EQ(status.code(), test.code);
    EXPECT_EQ(status.message(), test.message);
  }
}

}  // namespace
}  // namespace kubus::kubelet
