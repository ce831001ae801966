// Secrets in the files of a cluster, and the change of the keys they are encrypted with.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "cluster_test.h"
#include "kubus/api/base64.h"
#include "kubus/storage.h"

namespace kubus::integration {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class EncryptionTest : public ClusterTest {
 protected:
  void prepare() override { use_keys("a"); }
  ClusterOptions options() const override {
    return {{{"KUBUS_APISERVER_ENCRYPTION_PROVIDER_CONFIG", path()}}};
  }

  std::string path() const { return dir_.path() + "/encryption.yaml"; }

  void use_keys(const std::string& names) const {
    std::ofstream file(path());
    file << "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\n"
            "resources:\n- resources: [secrets]\n  providers:\n  - aesgcm:\n      keys:\n";
    for (const char name : names)
      file << "      - {name: " << name << ", secret: " << encode_base64(std::string(32, name))
           << "}\n";
  }

  std::string stored(const std::string& name) {
    const auto host = cluster().connect();
    storage::RangeRequest request;
    request.set_key("/registry/core/secrets/default/" + name);
    const auto reply = rpc::call_wait(host->self().context().bus(), storage::kRange, request);
    return reply.ok() && reply->kvs_size() == 1 ? reply->kvs(0).value() : std::string();
  }

  void restart_apiserver() {
    const auto restarted = cluster().kubus({"plugin", "restart", "apiserver"});
    ASSERT_TRUE(restarted.ok()) << restarted.out;
    EXPECT_TRUE(eventually([&] { return cluster().kubectl({"get", "--raw", "/readyz"}).ok(); }));
  }

  const kernel::TempDir dir_;
};

TEST_F(EncryptionTest, LeavesNoSecretInAnyFileAndTakesNewKeys) {
  const std::string password = "correct horse battery staple";
  for (const char* name : {"s1", "s2"}) {
    const auto made = cluster().kubectl(
        {"create", "secret", "generic", name, "--from-literal=password=" + password});
    ASSERT_TRUE(made.ok()) << made.out;
    EXPECT_THAT(stored(name), StartsWith("k8s:enc:aesgcm:v1:a:"));
  }
  const auto hidden = encode_base64(password);
  for (const auto& entry : fs::recursive_directory_iterator(cluster().state_dir())) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    std::string content(entry.file_size(), '\0');
    file.read(content.data(), static_cast<std::streamsize>(content.size()));
    EXPECT_EQ(content.find(hidden), std::string::npos) << entry.path();
  }
  use_keys("ba");
  restart_apiserver();
  const auto rewritten = cluster().kubus({"encryption", "rewrite"});
  EXPECT_TRUE(rewritten.ok()) << rewritten.out;
  EXPECT_EQ(rewritten.out, "secrets: 2 up to date\n");
  use_keys("b");
  restart_apiserver();
  for (const char* name : {"s1", "s2"}) {
    EXPECT_THAT(stored(name), StartsWith("k8s:enc:aesgcm:v1:b:"));
    const auto read = cluster().kubectl({"get", "secret", name, "-o", "jsonpath={.data.password}"});
    EXPECT_EQ(read.out, hidden);
  }
  const auto unknown = cluster().kubus({"encryption", "rewrite", "secretz"});
  EXPECT_EQ(unknown.code, 1);
  EXPECT_THAT(unknown.out, HasSubstr("there is no resource \"secretz\""));
}

}  // namespace
}  // namespace kubus::integration
