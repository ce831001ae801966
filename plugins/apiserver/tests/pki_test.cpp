#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>

#include "kubus/pki/files.h"
#include "pki/cluster_pki.h"
#include "server/certificates.h"

namespace kubus::apiserver {
namespace {

class PkiTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char path[] = "/tmp/kubus-pki-XXXXXX";
    ASSERT_NE(::mkdtemp(path), nullptr);
    options_.directory = std::string(path) + "/pki";
    options_.addresses = {"10.96.0.1"};
    root_ = path;
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  ClusterOptions options_;
  std::string root_;
};

TEST_F(PkiTest, SurvivesARestart) {
  const auto first = ensure_cluster_pki(options_);
  ASSERT_TRUE(first.ok()) << first.status().to_string();
  const auto second = ensure_cluster_pki(options_);
  ASSERT_TRUE(second.ok());
  EXPECT_EQ(first->ca.certificate_pem, second->ca.certificate_pem);
  EXPECT_EQ(first->server.certificate_pem, second->server.certificate_pem);
  EXPECT_EQ(first->admin.key_pem, second->admin.key_pem);
}

TEST_F(PkiTest, KeepsItsFilesFromOthers) {
  ASSERT_TRUE(ensure_cluster_pki(options_).ok());
  for (const auto& entry : std::filesystem::directory_iterator(options_.directory)) {
    struct stat facts {};
    ASSERT_EQ(::stat(entry.path().c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777, 0600u) << entry.path();
  }
}

TEST_F(PkiTest, NamesTheServerByAllItIsReachedBy) {
  const auto made = ensure_cluster_pki(options_);
  ASSERT_TRUE(made.ok());
  const auto facts = *pki::inspect(made->server.certificate_pem);
  EXPECT_THAT(facts.dns_names,
              ::testing::IsSupersetOf({"kubernetes", "kubernetes.default", "kubernetes.default.svc",
                                       "kubernetes.default.svc.cluster.local", "localhost"}));
  EXPECT_THAT(facts.addresses, ::testing::UnorderedElementsAre("127.0.0.1", "10.96.0.1"));
  EXPECT_TRUE(pki::matches(made->server, made->ca.certificate_pem));
}

TEST_F(PkiTest, RenewsOnlyTheServerCertificateForANewName) {
  const auto before = ensure_cluster_pki(options_);
  options_.dns_names = {"api.example.test"};
  const auto after = ensure_cluster_pki(options_);
  ASSERT_TRUE(after.ok());
  EXPECT_EQ(before->ca.certificate_pem, after->ca.certificate_pem);
  EXPECT_EQ(before->admin.certificate_pem, after->admin.certificate_pem);
  EXPECT_NE(before->server.certificate_pem, after->server.certificate_pem);
}

TEST_F(PkiTest, MakesTheAdministratorAMaster) {
  const auto made = ensure_cluster_pki(options_);
  const auto facts = *pki::inspect(made->admin.certificate_pem);
  EXPECT_EQ(facts.subject.common_name, "kubernetes-admin");
  EXPECT_THAT(facts.subject.organizations, ::testing::ElementsAre("system:masters"));
}

TEST_F(PkiTest, DoesNotReplaceACaWhoseKeyIsMissing) {
  ASSERT_TRUE(ensure_cluster_pki(options_).ok());
  std::filesystem::remove(options_.directory + "/ca.key");
  EXPECT_FALSE(ensure_cluster_pki(options_).ok());
}

TEST_F(PkiTest, ServesWithTheFilesThatAreNamed) {
  ASSERT_TRUE(ensure_cluster_pki(options_).ok());
  Options options;
  options.cert_dir = options_.directory;
  options.advertise_address = "127.0.0.1";
  options.tls_cert_file = root_ + "/own.crt";
  options.tls_key_file = root_ + "/own.key";
  EXPECT_EQ(ensure_certificates(options, "").status().code(), Code::kNotFound);
  const auto own = *pki::make_ca("own", std::chrono::hours(1));
  ASSERT_TRUE(pki::save({options.tls_cert_file, options.tls_key_file}, own).ok());
  auto held = ensure_certificates(options, "");
  ASSERT_TRUE(held.ok()) << held.status().to_string();
  EXPECT_EQ(held->serving.certificate_pem, own.certificate_pem);
  EXPECT_FALSE(reread_certificates(options, *held));
  const auto next = *pki::make_ca("next", std::chrono::hours(1));
  ASSERT_TRUE(pki::write_file(options.tls_key_file, next.key_pem).ok());
  EXPECT_FALSE(reread_certificates(options, *held));
  ASSERT_TRUE(pki::write_file(options.tls_cert_file, next.certificate_pem).ok());
  EXPECT_TRUE(reread_certificates(options, *held));
  EXPECT_EQ(held->serving.certificate_pem, next.certificate_pem);
}

TEST_F(PkiTest, RenewsWhatHasSpentMostOfItsLife) {
  const auto first = *ensure_cluster_pki(options_);
  EXPECT_GT(renewal_of(first), std::chrono::system_clock::now());
  pki::Request request;
  request.subject.common_name = "front-proxy-client";
  request.lifetime = std::chrono::minutes(1);
  const pki::PairFiles files{options_.directory + "/front-proxy-client.crt",
                             options_.directory + "/front-proxy-client.key"};
  ASSERT_TRUE(pki::save(files, *pki::issue(first.front_proxy_ca, request)).ok());
  auto held = first;
  EXPECT_TRUE(take_up_leaves(options_.directory, held));
  EXPECT_LT(renewal_of(held), std::chrono::system_clock::now());
  EXPECT_GT(renewal_of(*ensure_cluster_pki(options_)), std::chrono::system_clock::now());
}

}  // namespace
}  // namespace kubus::apiserver
