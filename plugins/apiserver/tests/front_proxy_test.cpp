#include "auth/front_proxy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kubus/api/base64.h"
#include "kubus/pki/certificate.h"
#include "server/bootstrap.h"

namespace kubus::apiserver {
namespace {

using ::testing::ElementsAre;

class FrontProxyTest : public ::testing::Test {
 protected:
  static std::shared_ptr<const std::string> certificate(const pki::Pair& ca, const char* name) {
    pki::Request request;
    request.subject.common_name = name;
    const auto pem = pki::issue(ca, request)->certificate_pem;
    const auto begin = pem.find('\n');
    return std::make_shared<std::string>(
        *decode_base64(pem.substr(begin, pem.rfind("-----END") - begin)));
  }
  static http::Request request(std::shared_ptr<const std::string> certificate) {
    http::Request request;
    request.peer.certificate = std::move(certificate);
    request.peer.rejected = true;
    request.headers.add("X-Remote-User", "jane");
    request.headers.add("x-remote-uid", "42");
    request.headers.add("X-Remote-Group", "staff");
    request.headers.add("X-Remote-Group", "admins");
    request.headers.add("X-Remote-Extra-Example.com%2fRole", "boss");
    return request;
  }

  const pki::Pair ca_ = *pki::make_ca("front-proxy-ca", std::chrono::hours(1));
  const std::unique_ptr<Authenticator> authenticator_ = make_front_proxy_authenticator(
      ca_.certificate_pem,
      {{"proxy"}, {"X-Remote-User"}, {"X-Remote-Uid"}, {"X-Remote-Group"}, {"X-Remote-Extra-"}});
};

TEST_F(FrontProxyTest, SpeaksForOthers) {
  const auto found = authenticator_->authenticate(request(certificate(ca_, "proxy")));
  ASSERT_TRUE(found.ok() && *found);
  EXPECT_EQ((*found)->name, "jane");
  EXPECT_EQ((*found)->uid, "42");
  EXPECT_THAT((*found)->groups, ElementsAre("staff", "admins", "system:authenticated"));
  EXPECT_THAT((*found)->extra.at("example.com/role"), ElementsAre("boss"));
}

TEST_F(FrontProxyTest, IsKnownByItsCertificateAlone) {
  const auto other = *pki::make_ca("kubernetes", std::chrono::hours(1));
  EXPECT_FALSE(authenticator_->authenticate(request(certificate(other, "proxy"))).ok());
  EXPECT_FALSE(authenticator_->authenticate(request(certificate(ca_, "somebody"))).ok());
  EXPECT_FALSE(*authenticator_->authenticate(request(nullptr)));
  http::Request silent;
  silent.peer.certificate = certificate(ca_, "proxy");
  EXPECT_FALSE(*authenticator_->authenticate(silent));
}

TEST(AuthenticationFacts, NameFrontProxiesWhereThereAreSome) {
  EXPECT_EQ(authentication_facts("ca", "", {}), R"({"client-ca-file":"ca"})");
  EXPECT_EQ(authentication_facts("ca", "proxy", {{"a", "b"}, {"U"}, {}, {"G"}, {"X-"}}),
            R"({"client-ca-file":"ca","requestheader-client-ca-file":"proxy",)"
            R"("requestheader-allowed-names":"[\"a\",\"b\"]",)"
            R"("requestheader-username-headers":"[\"U\"]","requestheader-uid-headers":"[]",)"
            R"("requestheader-group-headers":"[\"G\"]",)"
            R"("requestheader-extra-headers-prefix":"[\"X-\"]"})");
}

}  // namespace
}  // namespace kubus::apiserver
