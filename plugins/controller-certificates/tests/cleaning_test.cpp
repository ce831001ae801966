#include "cleaning.h"

#include <gtest/gtest.h>

#include "certificates_fixture.h"
#include "kubus/pki/certificate.h"

namespace kubus::certificates {
namespace {

using std::chrono::hours, std::chrono::seconds;

const SystemTime kMade = std::chrono::floor<seconds>(std::chrono::system_clock::now());

CertificateSigningRequest made(const std::string& condition = "", hours decided_after = hours(0)) {
  auto request = request_to("example.com/s", {"client auth"});
  set_time(*request.mutable_metadata()->mutable_creationtimestamp(), kMade);
  if (condition.empty()) return request;
  add_condition(request, condition);
  set_time(*request.mutable_status()->mutable_conditions(0)->mutable_lastupdatetime(),
           kMade + decided_after);
  return request;
}

TEST(Cleaning, LeavesPeopleADayToDecide) { EXPECT_EQ(end_of(made()), kMade + hours(24)); }

TEST(Cleaning, FollowsTheDecisionByAnHour) {
  EXPECT_EQ(end_of(made("Denied", hours(5))), kMade + hours(6));
  EXPECT_EQ(end_of(made("Failed", hours(5))), kMade + hours(6));
  auto issued = made("Approved", hours(5));
  EXPECT_EQ(end_of(issued), std::nullopt);
  issued.mutable_status()->set_certificate(pki::make_ca("x", hours(48))->certificate_pem);
  EXPECT_EQ(end_of(issued), kMade + hours(6));
}

TEST(Cleaning, DoesNotKeepWhatHasExpired) {
  auto issued = made("Approved");
  issued.mutable_status()->set_certificate(pki::make_ca("x", hours(-1))->certificate_pem);
  EXPECT_LT(end_of(issued), kMade);
}

TEST(Cleaning, WaitsForNobodyWithoutATime) {
  auto denied = made("Denied");
  denied.mutable_status()->mutable_conditions(0)->clear_lastupdatetime();
  EXPECT_EQ(end_of(denied), std::nullopt);
}

}  // namespace
}  // namespace kubus::certificates
