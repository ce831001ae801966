// A server of somebody else behind the one under test, which tests may break.
//
// Thread safety: one thread.
#pragma once

#include <boost/json.hpp>
#include <memory>
#include <string>

#include "tests/acting_fixture.h"
#include "tests/extension_server.h"

namespace kubus::apiserver {

class ExtensionTest : public ActingTest {
 protected:
  static constexpr const char* kRoot = "/apis/ext.example.com/v1";
  static constexpr const char* kThings = "/apis/ext.example.com/v1/things";
  static constexpr const char* kServices = "/apis/apiregistration.k8s.io/v1/apiservices";

  void SetUp() override {
    ActingTest::SetUp();
    if (IsSkipped()) return;
    if (ExtensionServer::outward_address().empty())
      GTEST_SKIP() << "this machine has no address but the loopback one";
    server_ = std::make_unique<ExtensionServer>("ext");
    server_->on(kRoot, {200, resources(), {}});
    ASSERT_EQ(as("", "POST", "/api/v1/namespaces/default/services",
                 R"({"metadata":{"name":"ext"},"spec":{"ports":[{"port":443}]}})")
                  .code,
              201);
    const auto slice =
        as("", "POST", "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices",
           R"({"metadata":{"name":"ext","labels":{"kubernetes.io/service-name":)"
           R"("ext"}},"addressType":"IPv4","ports":[{"name":"","port":)" +
               std::to_string(server_->port()) + R"(}],"endpoints":[{"addresses":[")" +
               ExtensionServer::outward_address() + "\"]}]}");
    ASSERT_EQ(slice.code, 201) << slice.body;
  }
  void TearDown() override {
    if (IsSkipped()) return;
    as("", "DELETE", std::string(kServices) + "/v1.ext.example.com");
    as("", "DELETE", "/api/v1/namespaces/default/services/ext");
    as("", "DELETE", "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/ext");
  }

  static std::string resources() {
    return R"({"kind":"APIResourceList","apiVersion":"v1","groupVersion":"ext.example.com/v1",)"
           R"("resources":[{"name":"things","singularName":"thing","namespaced":false,)"
           R"("kind":"Thing","verbs":["get","list","create"]}]})";
  }
  // `trust`: what its APIService says of certificates; that of the server, when empty.
  void make_service(const std::string& trust = "") {
    const auto how = trust.empty() ? R"("caBundle":")" + server_->ca_bundle() + '"' : trust;
    const auto made = as("", "POST", kServices,
                         R"({"metadata":{"name":"v1.ext.example.com"},"spec":{"group":)"
                         R"("ext.example.com","version":"v1","groupPriorityMinimum":17790,)"
                         R"("versionPriority":10,"service":{"namespace":"default","name":"ext"},)" +
                             how + "}}");
    ASSERT_EQ(made.code, 201) << made.body;
  }
  // The APIService's condition becomes that.
  bool becomes(const std::string& reason) const {
    return testing::eventually(
        [&] { return service().find("\"reason\":\"" + reason + '"') != std::string::npos; });
  }
  std::string service() const {
    return as("", "GET", std::string(kServices) + "/v1.ext.example.com").body;
  }
  // What is at a path has the text in it after a time.
  bool shows(const std::string& path, const std::string& text,
             const std::string& accept = "") const {
    const auto fields = accept.empty() ? "" : "Accept: " + accept + "\r\n";
    return testing::eventually(
        [&] { return exchange("GET", path, "", "", fields).find(text) != std::string::npos; });
  }

  std::unique_ptr<ExtensionServer> server_;
};

}  // namespace kubus::apiserver
