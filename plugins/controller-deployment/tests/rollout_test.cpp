#include "rollout.h"

#include <gtest/gtest.h>

#include "fixture.h"

namespace kubus::deployment {

void PrintTo(const Resize& resize, std::ostream* out) { *out << resize.name << "=" << resize.size; }

namespace {

using test::make_deployment;
using test::make_replica_set;
using test::make_shared_set;

TEST(Rollout, SurgeRoundsUpAndUnavailableDownNeverBothZero) {
  struct Case {
    int replicas;
    std::string surge, unavailable;
    int want_surge, want_unavailable;
  };
  for (const Case& c :
       {Case{10, "25%", "25%", 3, 2}, Case{1, "25%", "25%", 1, 0}, Case{3, "0", "10%", 0, 1},
        Case{0, "25%", "25%", 0, 0}, Case{2, "1", "5", 1, 2}}) {
    const Deployment deployment = make_deployment(c.replicas, c.surge, c.unavailable);
    EXPECT_EQ(max_surge(deployment), c.want_surge) << c.replicas << " " << c.surge;
    EXPECT_EQ(max_unavailable(deployment), c.want_unavailable) << c.replicas << c.unavailable;
  }
}

TEST(Rollout, CurrentSetGrowsIntoTheRoomLeft) {
  struct Case {
    int old, current;
    Plan want;
  };
  for (const Case& c : {Case{10, 0, {{"new", 3}}}, Case{10, 3, {}}, Case{8, 3, {{"new", 5}}},
                        Case{0, 10, {}}, Case{0, 12, {{"new", 10}}}, Case{1, 9, {{"new", 10}}}}) {
    const Sets sets{{make_shared_set("old", c.old, c.old)}, make_shared_set("new", c.current, 0)};
    EXPECT_EQ(plan_current(make_deployment(10), sets), c.want) << c.old << "+" << c.current;
  }
}

TEST(Rollout, OldSetsShrinkUnhealthyFirstWithinAvailability) {
  struct Case {
    const char* what;
    Sets sets;
    Plan want;
  };
  const Case cases[] = {
      {"room by unavailable",
       {{make_shared_set("old", 10, 10)}, make_shared_set("new", 3, 0)},
       {{"old", 8}}},
      {"new pods count once available",
       {{make_shared_set("old", 8, 8)}, make_shared_set("new", 5, 3)},
       {{"old", 5}}},
      {"nothing to spare", {{make_shared_set("old", 8, 8)}, make_shared_set("new", 5, 0)}, {}},
      {"broken pods go before good ones",
       {{make_shared_set("a", 4, 0), make_shared_set("b", 8, 8)}, make_shared_set("new", 0, 0)},
       {{"a", 0}}},
      {"no old pods", {{make_shared_set("old", 0, 0)}, make_shared_set("new", 10, 10)}, {}},
  };
  for (const Case& c : cases) EXPECT_EQ(plan_old(make_deployment(10), c.sets), c.want) << c.what;
}

TEST(Rollout, ResizeInTheMiddleGivesEverySetItsShare) {
  auto sized = [](const char* name, int size, int age) {
    ReplicaSet set = make_replica_set(name, size, size, age);
    set_size_annotations(10, 13, set);
    return test::shared(set);
  };
  const Sets sets{{sized("old", 8, 1)}, sized("new", 5, 2)};
  EXPECT_TRUE(is_resized(make_deployment(20), sets));
  EXPECT_FALSE(is_resized(make_deployment(10), sets));
  EXPECT_EQ(plan_resize(make_deployment(20), sets), (Plan{{"old", 15}, {"new", 10}}));
  EXPECT_EQ(plan_resize(make_deployment(0), sets), (Plan{{"old", 0}, {"new", 0}}));
}

TEST(Rollout, ResizeWithoutARolloutIsAboutTheOneSetInUse) {
  const Sets sets{{make_shared_set("old", 0, 0)}, make_shared_set("new", 3, 3)};
  EXPECT_EQ(plan_resize(make_deployment(5), sets), (Plan{{"new", 5}}));
  const Sets idle{{make_shared_set("a", 0, 0, 1), make_shared_set("b", 0, 0, 2)}, nullptr};
  EXPECT_EQ(plan_resize(make_deployment(5), idle), (Plan{{"b", 5}}));
}

TEST(ReplicaSets, CurrentIsFoundByTemplateWithoutItsHash) {
  const Deployment deployment = make_deployment(3);
  ReplicaSet same = make_set(deployment);
  same.mutable_metadata()->set_uid("same");
  ReplicaSet other = same;
  other.mutable_metadata()->set_uid("other");
  other.mutable_spec()->mutable_template_()->mutable_spec()->mutable_containers(0)->set_image("x");
  const Sets sets = sort_out(deployment, {test::shared(other), test::shared(same)});
  ASSERT_TRUE(sets.current);
  EXPECT_EQ(sets.current->metadata().uid(), "same");
  ASSERT_EQ(sets.old.size(), 1u);
}

TEST(ReplicaSets, NewSetCarriesTheHashInNameLabelsAndSelector) {
  Deployment deployment = make_deployment(3);
  const ReplicaSet set = make_set(deployment);
  const std::string hash = set.metadata().labels().at(kHashLabel);
  EXPECT_EQ(set.metadata().name(), "web-" + hash);
  EXPECT_EQ(set.spec().selector().matchlabels().at(kHashLabel), hash);
  EXPECT_EQ(set.spec().template_().metadata().labels().at(kHashLabel), hash);
  deployment.mutable_status()->set_collisioncount(1);
  EXPECT_NE(make_set(deployment).metadata().name(), set.metadata().name());
}

TEST(ReplicaSets, RevisionsRiseAndFormerOnesAreRemembered) {
  Deployment deployment = make_deployment(3);
  auto& annotations = *deployment.mutable_metadata()->mutable_annotations();
  annotations["kubernetes.io/change-cause"] = "image";
  annotations["kubectl.kubernetes.io/last-applied-configuration"] = "{}";
  ReplicaSet set = make_replica_set("a", 1, 1);
  EXPECT_TRUE(inherit_annotations(deployment, 1, set));
  EXPECT_FALSE(inherit_annotations(deployment, 1, set));
  EXPECT_TRUE(inherit_annotations(deployment, 3, set));
  EXPECT_TRUE(inherit_annotations(deployment, 5, set));
  const auto& got = set.metadata().annotations();
  EXPECT_EQ(got.at(kRevision), "5");
  EXPECT_EQ(got.at(kRevisionHistory), "1,3");
  EXPECT_EQ(got.at("kubernetes.io/change-cause"), "image");
  EXPECT_EQ(got.count("kubectl.kubernetes.io/last-applied-configuration"), 0u);
}

TEST(ReplicaSets, HistoryKeepsTheNewestRevisionsAndThoseInUse) {
  Deployment deployment = make_deployment(3);
  std::vector<SetPtr> old;
  for (int revision : {3, 1, 2}) {
    ReplicaSet set = make_replica_set(std::to_string(revision), revision == 2 ? 1 : 0, 0);
    (*set.mutable_metadata()->mutable_annotations())[kRevision] = std::to_string(revision);
    old.push_back(test::shared(set));
  }
  EXPECT_TRUE(beyond_history(deployment, old).empty());
  deployment.mutable_spec()->set_revisionhistorylimit(1);
  const auto gone = beyond_history(deployment, old);
  ASSERT_EQ(gone.size(), 1u);
  EXPECT_EQ(gone[0]->metadata().name(), "1");
}

}  // namespace
}  // namespace kubus::deployment
