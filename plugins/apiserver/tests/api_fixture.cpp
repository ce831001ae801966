#include "tests/api_fixture.h"

#include "control_plane.h"
#include "kubus/api_contract.h"

// The plugin itself is part of this program.
extern "C" const kubus_plugin_descriptor_v1* kubus_plugin_entry_v1();

namespace kubus::apiserver {

std::unique_ptr<testing::ControlPlane> ApiTest::plane_;
Instance* ApiTest::tester_ = nullptr;

void ApiTest::SetUpTestSuite() {
  if (!testing::ControlPlane::missing(kubus_plugin_entry_v1).empty()) return;
  plane_ = std::make_unique<testing::ControlPlane>(kubus_plugin_entry_v1);
  tester_ = &plane_->join("tester");
}

void ApiTest::TearDownTestSuite() {
  tester_ = nullptr;
  plane_.reset();
}

void ApiTest::SetUp() {
  if (!plane_) GTEST_SKIP() << testing::ControlPlane::missing(kubus_plugin_entry_v1);
}

ApiTest::Reply ApiTest::call(const std::string& verb, const std::string& path,
                             const std::string& ns, const std::string& name,
                             const std::string& body, const Query& query,
                             const std::string& patch) {
  api::Request request;
  request.set_verb(verb);
  auto& resource = *request.mutable_resource();
  const auto first = path.find('/');
  const auto second = path.find('/', first + 1);
  const auto group = path.substr(0, first);
  const auto at = group.find('@');
  resource.set_group(group.substr(0, at));
  resource.set_version(at == std::string::npos ? "v1" : group.substr(at + 1));
  resource.set_resource(path.substr(first + 1, second - first - 1));
  if (second != std::string::npos) resource.set_subresource(path.substr(second + 1));
  resource.set_namespace_(ns);
  resource.set_name(name);
  request.set_body(body);
  request.set_patch_type(patch);
  for (const auto& [key, value] : query) (*request.mutable_query())[key] = value;
  auto reply = rpc::call_wait(tester_->context().bus(), api::kDo, request);
  if (!reply.ok()) return {0, reply.status().to_string(), {}};
  return {reply->http_code(), reply->body(), {reply->warnings().begin(), reply->warnings().end()}};
}

void ApiTest::restart_server() { plane_->restart_apiserver(); }

std::string ApiTest::cert_dir() { return plane_->cert_dir(); }

std::uint16_t ApiTest::https_port() { return plane_->https_port(); }

}  // namespace kubus::apiserver
