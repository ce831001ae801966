// Candidates for one Lease, each in a plugin instance of its own.
#include "kubus/leader_election.h"

#include <k8s/coordination/v1/lease.pb.h>

#include <atomic>

#include "client_test.h"

namespace kubus::testing {
namespace {

using namespace std::chrono_literals;

class LeaderElectionTest : public ClientTest {
 protected:
  struct Candidate {
    std::atomic<int> started = 0;
    std::atomic<int> stopped = 0;
    std::unique_ptr<LeaderElection> election;
  };

  void stand(Context& context, Candidate& candidate, const std::string& identity) {
    LeaderElectionOptions options;
    options.name = lease_name_;
    options.ns = "default";
    options.identity = identity;
    options.lease = 2s;
    options.renew_deadline = 1s;
    options.retry = 100ms;
    on_loop(context, [&] {
      candidate.election = std::make_unique<LeaderElection>(
          context, options, [&candidate] { ++candidate.started; },
          [&candidate] { ++candidate.stopped; });
    });
  }

  std::string holder() {
    auto lease = client().get<coordination_v1::Lease>({"default", lease_name_});
    return lease.ok() ? lease->spec().holderidentity() : std::string();
  }

  void TearDown() override {
    if (!IsSkipped()) (void)client().remove<coordination_v1::Lease>({"default", lease_name_});
    ClientTest::TearDown();
  }

  const std::string lease_name_ = "election";
};

TEST_F(LeaderElectionTest, OneLeadsAndAnotherFollowsWhenItGoes) {
  Candidate first, second;
  stand(context(), first, "first");
  ASSERT_TRUE(eventually([&] { return first.started == 1; }));
  EXPECT_EQ(holder(), "first");
  auto& other = plane().join("other");
  stand(other.context(), second, "second");
  // A renewal after the second has begun to try: it did not take the lease away.
  auto lease = client().get<coordination_v1::Lease>({"default", lease_name_});
  ASSERT_TRUE(lease.ok());
  EXPECT_TRUE(eventually([&] {
    auto now = client().get<coordination_v1::Lease>({"default", lease_name_});
    return now.ok() && resource_version_of(*now) > resource_version_of(*lease) + 2;
  }));
  EXPECT_EQ(second.started, 0);
  EXPECT_TRUE(first.election->leading());

  first.election.reset();
  EXPECT_TRUE(eventually([&] { return second.started == 1; }));
  EXPECT_EQ(holder(), "second");
  lease = client().get<coordination_v1::Lease>({"default", lease_name_});
  EXPECT_EQ(lease->spec().leasetransitions(), 1);
  second.election.reset();
  plane().leave(other);
}

TEST_F(LeaderElectionTest, ALeaderThatCannotRenewStops) {
  Candidate candidate;
  stand(context(), candidate, "first");
  ASSERT_TRUE(eventually([&] { return candidate.started == 1; }));
  // Somebody takes the lease by force: no renewal succeeds any more.
  auto lease = client().get<coordination_v1::Lease>({"default", lease_name_});
  ASSERT_TRUE(lease.ok());
  ASSERT_TRUE(client()
                  .patch<coordination_v1::Lease>(
                      {"default", lease_name_}, PatchType::kMerge,
                      R"({"spec":{"holderIdentity":"usurper","leaseDurationSeconds":3600}})")
                  .ok());
  EXPECT_TRUE(eventually([&] { return candidate.stopped == 1; }));
  EXPECT_FALSE(candidate.election->leading());
  EXPECT_EQ(holder(), "usurper");
  candidate.election.reset();
  EXPECT_EQ(holder(), "usurper") << "one that does not lead has nothing to give up";
}

TEST_F(LeaderElectionTest, ALeaseThatIsNotRenewedLapses) {
  coordination_v1::Lease dead;
  dead.mutable_metadata()->set_namespace_("default");
  dead.mutable_metadata()->set_name(lease_name_);
  dead.mutable_spec()->set_holderidentity("dead");
  dead.mutable_spec()->set_leasedurationseconds(1);
  ASSERT_TRUE(client().create(dead).ok());
  Candidate candidate;
  stand(context(), candidate, "heir");
  EXPECT_TRUE(eventually([&] { return candidate.started == 1; }));
  EXPECT_EQ(holder(), "heir");
  candidate.election.reset();
}

}  // namespace
}  // namespace kubus::testing
