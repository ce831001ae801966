#include "config/kubeconfig.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "kubus/pki/certificate.h"
#include "temp_dir.h"

namespace kubus::apiserver::config {
namespace {

using ::testing::HasSubstr;

class KubeconfigTest : public ::testing::Test {
 protected:
  Result<RemoteServer> read(const std::string& cluster, const std::string& user = "{}",
                            const std::string& current = "here") {
    const auto file = dir_.path() + "/config";
    std::ofstream(file) << "apiVersion: v1\nkind: Config\ncurrent-context: " << current
                        << "\ncontexts: [{name: here, context: {cluster: c, user: u}}]\n"
                        << "clusters: [{name: c, cluster: " << cluster << "}]\n"
                        << "users: [{name: u, user: " << user << "}]\n";
    return read_kubeconfig(file);
  }
  void put(const std::string& name, const std::string& text) {
    std::ofstream(dir_.path() + "/" + name) << text;
  }

  kernel::TempDir dir_;
};

TEST_F(KubeconfigTest, TellsWhereTheServerIsAndWhoWeAre) {
  put("ca.crt", pki::make_ca("ca", std::chrono::hours(1))->certificate_pem);
  put("token", "abc\n");
  const auto found = read("{server: 'https://auth.example.com:8443/ask', tls-server-name: other, "
                          "certificate-authority: ca.crt}", "{tokenFile: token}");
  ASSERT_TRUE(found.ok()) << found.status().message();
  EXPECT_EQ(found->url, "https://auth.example.com:8443/ask");
  EXPECT_EQ(found->server_name, "other");
  EXPECT_EQ(found->headers.get("Authorization"), "Bearer abc");
  EXPECT_TRUE(found->tls);
}

TEST_F(KubeconfigTest, KnowsNamesAndPasswords) {
  const auto found = read("{server: 'http://127.0.0.1'}", "{username: a, password: b}");
  ASSERT_TRUE(found.ok()) << found.status().message();
  EXPECT_EQ(found->headers.get("Authorization"), "Basic YTpi");
  EXPECT_FALSE(found->tls);
}

TEST_F(KubeconfigTest, SaysWhatIsWrong) {
  const struct {
    const char *cluster, *user, *current, *why;
  } kCases[] = {
      {"{server: 'ftp://x'}", "{}", "here", "cluster.server: invalid URL ftp://x"},
      {"{server: 'https://u:p@x'}", "{}", "here", "cluster.server: invalid URL"},
      {"{}", "{}", "here", "cluster.server: invalid URL"},
      {"{server: 'https://x'}", "{}", "there", "contexts: there is no \"there\""},
      {"{server: 'https://x'}", "{exec: {command: a}}", "here", "user.exec: is not supported"},
      {"{server: 'https://x', proxy-url: 'http://p'}", "{}", "here",
       "cluster.proxy-url: is not supported"},
      {"{server: 'https://x', certificate-authority: none.crt}", "{}", "here", "none.crt"},
      {"{server: 'https://x', certificate-authority-data: '*'}", "{}", "here",
       "certificate-authority-data: is not base64"},
  };
  for (const auto& one : kCases) {
    const auto found = read(one.cluster, one.user, one.current);
    ASSERT_FALSE(found.ok()) << one.cluster;
    EXPECT_THAT(found.status().message(), HasSubstr(one.why));
    EXPECT_THAT(found.status().message(), HasSubstr("/config"));
  }
}

}  // namespace
}  // namespace kubus::apiserver::config
