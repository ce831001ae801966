#include "rules.h"

#include <gtest/gtest.h>

#include "certificates_fixture.h"

namespace kubus::certificates {
namespace {

using std::chrono::hours, std::chrono::minutes, std::chrono::seconds;

const std::string kClient = "kubernetes.io/kube-apiserver-client";
const std::string kServing = "kubernetes.io/kubelet-serving";

std::string verdict(const std::string& signer, const std::vector<std::string>& usages,
                    const pki::Facts& asked) {
  return check_request(request_to(signer, usages), asked).message();
}

TEST(Rules, OfClients) {
  EXPECT_EQ(verdict(kClient, {"client auth", "digital signature", "key encipherment"}, {}), "");
  EXPECT_EQ(verdict(kClient, {"client auth", "server auth"}, {}),
            "invalid usage for client certificate: server auth");
  EXPECT_EQ(verdict(kClient, {"digital signature"}, {}),
            "missing required usage for client certificate: client auth");
}

TEST(Rules, OfNodesAsClients) {
  struct Case {
    const char* said;
    void (*change)(pki::Facts& facts);
  };
  const Case cases[] = {
      {"", [](pki::Facts&) {}},
      {"subject organization is not system:nodes",
       [](pki::Facts& f) { f.subject.organizations.emplace_back("system:masters"); }},
      {"DNS subjectAltNames are not allowed", [](pki::Facts& f) { f.dns_names = {"n1"}; }},
      {"Email subjectAltNames are not allowed", [](pki::Facts& f) { f.emails = {"a@b"}; }},
      {"IP subjectAltNames are not allowed", [](pki::Facts& f) { f.addresses = {"127.0.0.1"}; }},
      {"URI subjectAltNames are not allowed", [](pki::Facts& f) { f.uris = {"a:b"}; }},
      {"subject common name does not begin with system:node:",
       [](pki::Facts& f) { f.subject.common_name = "n1"; }},
  };
  for (const auto& c : cases) {
    auto facts = node_facts();
    c.change(facts);
    EXPECT_EQ(verdict(kNodeSigner, kNodeUsages, facts), c.said);
  }
  EXPECT_EQ(verdict(kNodeSigner, {"client auth", "digital signature"}, node_facts()), "");
  EXPECT_EQ(verdict(kNodeSigner, {"client auth"}, node_facts()),
            "usages did not match [client auth digital signature key encipherment]");
}

TEST(Rules, OfNodesAsServers) {
  const std::vector<std::string> usages = {"digital signature", "server auth"};
  auto facts = node_facts();
  EXPECT_EQ(verdict(kServing, usages, facts), "DNS or IP subjectAltName is required");
  facts.addresses = {"192.168.7.1"};
  EXPECT_EQ(verdict(kServing, usages, facts), "");
  EXPECT_EQ(verdict(kServing, kNodeUsages, facts),
            "usages did not match [digital signature key encipherment server auth]");
  facts.emails = {"a@b"};
  EXPECT_EQ(verdict(kServing, usages, facts), "Email subjectAltNames are not allowed");
}

TEST(Rules, SignWhatIsApprovedAndNothingElse) {
  auto request = request_to(kClient, {"client auth"});
  EXPECT_FALSE(awaits_signature(request));
  add_condition(request, "Approved");
  EXPECT_TRUE(awaits_signature(request));
  auto foreign = request;
  foreign.mutable_spec()->set_signername("example.com/s");
  EXPECT_FALSE(awaits_signature(foreign));
  auto signed_already = request;
  signed_already.mutable_status()->set_certificate("x");
  EXPECT_FALSE(awaits_signature(signed_already));
  const auto hopeless = failed(request, "why");
  EXPECT_FALSE(awaits_signature(hopeless));
  EXPECT_EQ(hopeless.status().conditions(1).reason(), "SignerValidationFailure");
  EXPECT_EQ(hopeless.status().conditions(1).message(), "why");
}

TEST(Rules, BoundTheLifeOfACertificate) {
  auto request = request_to(kClient, {"client auth"});
  EXPECT_EQ(lifetime_of(request, hours(9)), hours(9));
  const auto life = [&](seconds asked) {
    request.mutable_spec()->set_expirationseconds(static_cast<int>(asked.count()));
    return lifetime_of(request, hours(9));
  };
  EXPECT_EQ(life(hours(10)), hours(9));
  EXPECT_EQ(life(hours(1)), hours(1));
  EXPECT_EQ(life(minutes(1)), minutes(10));
}

}  // namespace
}  // namespace kubus::certificates
