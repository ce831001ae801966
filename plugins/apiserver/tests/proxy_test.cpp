// What is passed on to kubelets, pods and services, and what is not.
#include "proxy/proxy.h"

#include <gmock/gmock.h>

#include <utility>

#include "tests/https_fixture.h"

namespace kubus::apiserver {
namespace {

using ::testing::HasSubstr;

using ProxyTest = HttpsTest;

// Whoever may watch, change or delete everything may not thereby execute something.
TEST_F(ProxyTest, OnlyVerbsThatAreListedArePassedOn) {
  const std::string pods = "/namespaces/default/pods/nobody/";
  for (const auto* part : {"exec", "attach", "portforward", "log", "proxy"})
    EXPECT_EQ(status(exchange("GET", "/api/v1/watch" + pods + part)), 405) << part;
  for (const auto* method : {"PUT", "DELETE", "PATCH"}) {
    EXPECT_EQ(status(exchange(method, "/api/v1" + pods + "exec?command=id")), 405) << method;
    EXPECT_EQ(status(exchange(method, "/api/v1" + pods + "proxy/")), 404) << method;
  }
  EXPECT_EQ(status(exchange("POST", "/api/v1" + pods + "log")), 405);
  EXPECT_EQ(status(exchange("POST", "/api/v1" + pods + "exec?command=id")), 404);
}

TEST_F(ProxyTest, NoProxyLeadsToTheServerItself) {
  const std::string pods = "/api/v1/namespaces/default/pods";
  exchange("POST", pods,
           R"({"metadata":{"name":"inward"},"spec":{"containers":[{"name":"c","image":"i"}]}})");
  for (const auto* address : {"127.0.0.1", "169.254.169.254", "::1", "fe80::1"}) {
    const auto told = exchange("PATCH", pods + "/inward/status",
                               R"({"status":{"podIP":")" + std::string(address) +
                                   R"(","podIPs":[{"ip":")" + address + "\"}]}}",
                               "application/merge-patch+json");
    ASSERT_EQ(status(told), 200) << told;
    const auto answer = exchange("GET", pods + "/inward:9/proxy/");
    EXPECT_EQ(status(answer), 400) << address;
    EXPECT_THAT(answer, HasSubstr("address not allowed")) << address;
  }
  exchange("POST", "/api/v1/nodes", R"({"metadata":{"name":"inward"}})");
  const auto told = exchange(
      "PATCH", "/api/v1/nodes/inward/status",
      R"({"status":{"addresses":[{"type":"InternalIP","address":"127.0.0.1"}]}})",
      "application/merge-patch+json");
  ASSERT_EQ(status(told), 200) << told;
  for (const auto* node : {"inward", "inward:6443", "http:inward:9"})
    EXPECT_THAT(exchange("GET", "/api/v1/nodes/" + std::string(node) + "/proxy/"),
                HasSubstr("address not allowed"))
        << node;
}

TEST(ProxiedPath, IsWhatStandsBehindTheName) {
  const std::pair<const char*, const char*> paths[] = {
      {"/api/v1/nodes/n/proxy", "/"},
      {"/api/v1/nodes/n/proxy/", "/"},
      {"/api/v1/nodes/n/proxy//a%2Fb/", "//a%2Fb/"},
      {"/api/v1/namespaces/d/pods/https:p:8443/proxy/x", "/x"},
      {"/api/v1/namespaces/d/pods/https%3Ap%3A8443/proxy/x", "/x"},
      {"/api/v1/namespaces/proxy/pods/namespaces/proxy/x", "/x"},
      {"/api/v1/namespaces/d/services/s%2Fproxy/s/proxy//y", "/s/proxy//y"}};
  for (const auto& [sent, behind] : paths) {
    Call call;
    call.info = parse_request("GET", sent, Query::parse(""));
    EXPECT_EQ(Proxy::path_behind(call), behind) << sent;
  }
}

}  // namespace
}  // namespace kubus::apiserver
