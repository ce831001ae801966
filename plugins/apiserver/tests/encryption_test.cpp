#include <gmock/gmock.h>

#include <fstream>

#include "kubus/api/base64.h"
#include "kubus/storage.h"
#include "tests/own_plane.h"

namespace kubus::apiserver {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class Encryption : public OwnPlaneTest {
 protected:
  // Starts the server anew with these keys for secrets, the first of which seals.
  void use_keys(const std::string& names) {
    std::string keys;
    for (const char name : names)
      keys += std::string("      - {name: ") + name +
              ", secret: " + encode_base64(std::string(32, name)) + "}\n";
    const auto path = dir_.path() + "/encryption.yaml";
    std::ofstream(path) << "apiVersion: apiserver.config.k8s.io/v1\n"
                           "kind: EncryptionConfiguration\n"
                           "resources:\n- resources: [secrets]\n  providers:\n"
                           "  - aesgcm:\n      keys:\n"
                        << keys << "  - identity: {}\n";
    plane_->restart_apiserver({{"encryption_provider_config", path}});
  }

  Result<std::string> request(const std::string& verb, const std::string& body = "") {
    return OwnPlaneTest::request(verb, "secrets", verb == "create" ? "" : "s", body);
  }

  std::string stored() {
    storage::RangeRequest request;
    request.set_key("/registry/core/secrets/default/s");
    const auto reply = rpc::call_wait(tester_->context().bus(), storage::kRange, request);
    return reply.ok() && reply->kvs_size() == 1 ? reply->kvs(0).value() : std::string();
  }
};

constexpr const char* kSecret =
    R"({"metadata":{"name":"s"},"stringData":{"password":"correct horse"}})";

TEST_F(Encryption, KeepsSecretsFromStorageAndNotFromClients) {
  use_keys("a");
  ASSERT_TRUE(request("create", kSecret).ok());
  EXPECT_THAT(stored(), StartsWith("k8s:enc:aesgcm:v1:a:"));
  EXPECT_THAT(stored(), Not(HasSubstr(encode_base64("correct horse"))));
  const auto read = request("get");
  ASSERT_TRUE(read.ok());
  EXPECT_THAT(*read, HasSubstr(encode_base64("correct horse")));
}

TEST_F(Encryption, ChangesKeysWithoutLosingAnything) {
  ASSERT_TRUE(request("create", kSecret).ok());
  EXPECT_THAT(stored(), StartsWith("{"));
  use_keys("a");
  EXPECT_THAT(stored(), StartsWith("{")) << "nothing is written by itself";
  // A replacement that changes nothing is what rewrites.
  ASSERT_TRUE(request("update", *request("get")).ok());
  EXPECT_THAT(stored(), StartsWith("k8s:enc:aesgcm:v1:a:"));
  use_keys("ba");
  ASSERT_TRUE(request("update", *request("get")).ok());
  const auto sealed = stored();
  EXPECT_THAT(sealed, StartsWith("k8s:enc:aesgcm:v1:b:"));
  ASSERT_TRUE(request("update", *request("get")).ok());
  EXPECT_EQ(stored(), sealed) << "written once only";
  use_keys("b");
  EXPECT_THAT(*request("get"), HasSubstr(encode_base64("correct horse")));
}

TEST_F(Encryption, DoesNotGoOnWithoutTheKey) {
  use_keys("a");
  ASSERT_TRUE(request("create", kSecret).ok());
  try {
    use_keys("c");
    FAIL() << "it started";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("/registry/core/secrets/default/s: no matching key"));
  }
  use_keys("ca");
  EXPECT_TRUE(request("get").ok());
}

}  // namespace
}  // namespace kubus::apiserver
