// Requests for certificates: what they ask for, and what is made from them.
#include "kubus/pki/signing_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kubus/pki/jwt.h"

namespace kubus::pki {
namespace {

using std::chrono::hours, std::chrono::minutes;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const Pair& ca() {
  static const Pair made = *make_ca("kubernetes", hours(24 * 3650));
  return made;
}

Request node() {
  Request request;
  request.subject = {"system:node:n1", {"system:nodes"}};
  request.dns_names = {"n1"};
  request.addresses = {"192.168.7.1", "fd00::1"};
  return request;
}

// How long from now it is good, to the minute.
minutes life_of(const std::string& pem) {
  const auto left = inspect(pem)->not_after - std::chrono::system_clock::now();
  return std::chrono::round<minutes>(left);
}

minutes life_of_signed(const Pair& by, std::chrono::seconds lifetime) {
  return life_of(*sign_request(by, make_request(node())->request_pem, {{"client auth"}, lifetime}));
}

TEST(SigningRequest, SaysWhatItAsksFor) {
  const auto asked = read_request(make_request(node())->request_pem);
  ASSERT_TRUE(asked.ok()) << asked.status().to_string();
  EXPECT_EQ(asked->subject.common_name, "system:node:n1");
  EXPECT_THAT(asked->subject.organizations, ElementsAre("system:nodes"));
  EXPECT_THAT(asked->dns_names, ElementsAre("n1"));
  EXPECT_THAT(asked->addresses, ElementsAre("192.168.7.1", "fd00::1"));
}

TEST(SigningRequest, IsTheFirstBlock) {
  const auto own = *make_request(node());
  EXPECT_TRUE(read_request("words\n" + own.request_pem + own.key_pem).ok());
  for (const auto& pem : {std::string(), std::string("words"), own.key_pem + own.request_pem})
    EXPECT_EQ(read_request(pem).status().message(), "PEM block type must be CERTIFICATE REQUEST");
}

TEST(SigningRequest, BecomesACertificate) {
  const auto own = *make_request(node());
  const auto made = sign_request(ca(), own.request_pem, {{"client auth"}, hours(1)});
  ASSERT_TRUE(made.ok()) << made.status().to_string();
  EXPECT_TRUE(matches({*made, own.key_pem}, ca().certificate_pem));
  const auto facts = inspect(*made);
  EXPECT_EQ(facts->subject.common_name, "system:node:n1");
  EXPECT_THAT(facts->addresses, ElementsAre("192.168.7.1", "fd00::1"));
}

// Five minutes of a long life are before now; a short one is all after it; none outlives the CA.
TEST(SigningRequest, IsGoodForAsLongAsItMayBe) {
  EXPECT_EQ(life_of_signed(ca(), hours(1)), hours(1));
  EXPECT_EQ(life_of_signed(ca(), hours(8)), hours(8) - minutes(5));
  EXPECT_EQ(life_of_signed(*make_ca("short", hours(2)), hours(9)), hours(2));
}

TEST(SigningRequest, NeedsACaThatIsOne) {
  const auto request = make_request(node())->request_pem;
  const Pair mixed{ca().certificate_pem, make_ca("other", hours(1))->key_pem};
  EXPECT_EQ(sign_request(mixed, request, {}).code(), Code::kInternalError);
  EXPECT_EQ(sign_request({"", ""}, request, {}).code(), Code::kInternalError);
  EXPECT_EQ(sign_request(*make_ca("past", hours(-1)), request, {}).status().message(),
            "the CA has expired");
}

TEST(SigningRequest, KnowsItsUsages) {
  const std::vector<std::string> all(known_usages().begin(), known_usages().end());
  const auto request = make_request(node())->request_pem;
  EXPECT_TRUE(sign_request(ca(), request, {all, hours(1)}).ok());
  EXPECT_TRUE(sign_request(ca(), request, {{}, hours(1)}).ok());
  EXPECT_THAT(sign_request(ca(), request, {{"flying"}, hours(1)}).status().message(),
              HasSubstr("unrecognized usages"));
}

TEST(Certificates, AreCheckedAsText) {
  EXPECT_TRUE(check_certificates("words\n" + ca().certificate_pem + ca().certificate_pem).ok());
  EXPECT_EQ(check_certificates("").message(),
            "must contain at least one CERTIFICATE PEM block");
  EXPECT_EQ(check_certificates(ca().certificate_pem + ca().key_pem).message(),
            "only CERTIFICATE PEM blocks are allowed, found \"PRIVATE KEY\"");
  EXPECT_EQ(check_certificates("-----BEGIN CERTIFICATE-----\nYQ==\n-----END CERTIFICATE-----\n")
                .message(),
            "x509: malformed certificate");
}

}  // namespace
}  // namespace kubus::pki
