#include "approval.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "certificates_fixture.h"

namespace kubus::certificates {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> tried(const CertificateSigningRequest& request) {
  std::vector<std::string> names;
  for (const auto& ground : grounds_of(request, node_facts()))
    names.emplace_back(ground.subresource);
  return names;
}

TEST(Approval, IsForNodes) {
  auto request = request_to(kNodeSigner, kNodeUsages);
  request.mutable_spec()->set_username("system:bootstrap:abcdef");
  EXPECT_THAT(tried(request), ElementsAre("nodeclient"));
  request.mutable_spec()->set_username("system:node:n1");
  EXPECT_THAT(tried(request), ElementsAre("selfnodeclient", "nodeclient"));
  EXPECT_THAT(tried(request_to(kNodeSigner, {"client auth"})), ElementsAre());
  EXPECT_THAT(tried(request_to("kubernetes.io/kubelet-serving", kNodeUsages)), ElementsAre());
}

TEST(Approval, IsForWhatIsUndecided) {
  EXPECT_TRUE(is_undecided(request_to(kNodeSigner, kNodeUsages)));
  for (const auto* type : {"Approved", "Denied"}) {
    auto request = request_to(kNodeSigner, kNodeUsages);
    add_condition(request, type);
    EXPECT_FALSE(is_undecided(request)) << type;
  }
}

TEST(Approval, AsksForWhoeverAsked) {
  auto request = request_to(kNodeSigner, kNodeUsages);
  auto& spec = *request.mutable_spec();
  spec.set_username("system:bootstrap:abcdef");
  spec.add_groups("system:bootstrappers");
  (*spec.mutable_extra())["scope"].add_items("a");
  const auto asked = question(request, grounds_of(request, node_facts()).front()).spec();
  EXPECT_EQ(asked.user(), "system:bootstrap:abcdef");
  EXPECT_THAT(asked.groups(), ElementsAre("system:bootstrappers"));
  EXPECT_EQ(asked.extra().at("scope").items(0), "a");
  EXPECT_EQ(asked.resourceattributes().verb(), "create");
  EXPECT_EQ(asked.resourceattributes().resource(), "certificatesigningrequests");
  EXPECT_EQ(asked.resourceattributes().subresource(), "nodeclient");
}

TEST(Approval, AddsToWhatWasFound) {
  auto request = request_to(kNodeSigner, kNodeUsages);
  add_condition(request, "Seen");
  const auto patch = approval_patch(request, grounds_of(request, node_facts()).front());
  EXPECT_THAT(patch, HasSubstr(R"("resourceVersion":"7")"));
  EXPECT_THAT(patch, HasSubstr(R"("type":"Seen")"));
  EXPECT_THAT(patch, HasSubstr(R"("reason":"AutoApproved")"));
}

}  // namespace
}  // namespace kubus::certificates
