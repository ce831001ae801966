// Certificates that change or end while the server runs.
#include <gmock/gmock.h>

#include "eventually.h"
#include "kubus/api/base64.h"
#include "kubus/pki/files.h"
#include "tests/api_fixture.h"
#include "tls_client.h"

namespace kubus::apiserver {
namespace {

using std::chrono::hours, std::chrono::seconds;
using testing::eventually;

class CertificateKeeperTest : public ApiTest {
 protected:
  void SetUp() override {
    ApiTest::SetUp();
    if (!IsSkipped()) ca_ = *pki::load(files("ca"));
  }

  static pki::PairFiles files(const std::string& stem) {
    return {cert_dir() + "/" + stem + ".crt", cert_dir() + "/" + stem + ".key"};
  }
  pki::Pair certificate(const std::string& name, seconds lifetime = hours(24 * 365)) const {
    pki::Request request;
    request.subject.common_name = name;
    request.use = pki::Use::kServer;
    request.addresses = {"127.0.0.1"};
    request.lifetime = lifetime;
    return *pki::issue(ca_, request);
  }
  // Whose certificate a new connection is shown.
  std::string served() const {
    const testing::TlsClient client(https_port(), ca_.certificate_pem);
    X509* shown = SSL_get1_peer_certificate(client.stream->native_handle());
    char name[256] = "";
    X509_NAME_get_text_by_NID(X509_get_subject_name(shown), NID_commonName, name, sizeof(name));
    X509_free(shown);
    return name;
  }

  pki::Pair ca_;
};

TEST_F(CertificateKeeperTest, UsesWhatIsPutInTheirPlace) {
  const auto admin = *pki::load(files("admin"));
  testing::TlsClient before(https_port(), ca_.certificate_pem, &admin);
  ASSERT_TRUE(pki::save(files("apiserver"), certificate("first")).ok());
  EXPECT_TRUE(eventually([&] { return served() == "first"; }));
  before.send("GET /livez HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(before.until("\r\n"), ::testing::HasSubstr("200 OK"));
}

TEST_F(CertificateKeeperTest, WaitsForBothOfTwoFiles) {
  const auto before = served();
  const auto next = certificate("second");
  ASSERT_TRUE(pki::write_file(files("apiserver").key, next.key_pem).ok());
  EXPECT_EQ(served(), before);
  ASSERT_TRUE(pki::write_file(files("apiserver").certificate, next.certificate_pem).ok());
  EXPECT_TRUE(eventually([&] { return served() == "second"; }));
}

// It is said to be five minutes older than it is, so that four fifths of its life are over soon.
TEST_F(CertificateKeeperTest, RenewsBeforeTheEnd) {
  ASSERT_TRUE(pki::save(files("apiserver"), certificate("short", seconds(78))).ok());
  EXPECT_TRUE(eventually([&] { return served() == "kube-apiserver"; }));
  const auto on_disk = pki::inspect(pki::load(files("apiserver"))->certificate_pem);
  EXPECT_GT(on_disk->renewal() - std::chrono::system_clock::now(), hours(24 * 200));
}

TEST_F(CertificateKeeperTest, WritesTheKubeconfigAnew) {
  pki::Request request;
  request.subject = {"kubernetes-admin", {"system:masters"}};
  const auto admin = *pki::issue(ca_, request);
  ASSERT_TRUE(pki::save(files("admin"), admin).ok());
  EXPECT_TRUE(eventually([&] {
    return pki::read_file(cert_dir() + "/admin.kubeconfig")
               ->find(encode_base64(admin.certificate_pem)) != std::string::npos;
  }));
}

}  // namespace
}  // namespace kubus::apiserver
