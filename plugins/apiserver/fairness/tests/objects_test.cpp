// The default objects, and how they and their conditions are kept.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <k8s/meta/v1/object_meta.pb.h>

#include "fairness/default_objects.h"
#include "fairness/feed.h"
#include "fairness/keeper.h"
#include "kubus/api/json.h"

namespace kubus::apiserver::fairness {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kNote = "apf.kubernetes.io/autoupdate-spec";

template <class Object>
Object named(const std::vector<Object>& all, const std::string& name) {
  for (const auto& object : all)
    if (object.metadata().name() == name) return object;
  ADD_FAILURE() << "there is no " << name;
  return {};
}

template <class Object>
std::string note_of(const Object& object) {
  const auto& notes = object.metadata().annotations();
  return notes.contains(kNote) ? notes.at(kNote) : "none";
}

TEST(DefaultObjects, AreAsTheReferenceHasThem) {
  std::vector<std::string> names;
  for (const auto& schema : default_schemas())
    names.push_back(schema.metadata().name() + " " +
                    schema.spec().prioritylevelconfiguration().name() + " " +
                    std::to_string(schema.spec().matchingprecedence()) + " " +
                    schema.spec().distinguishermethod().type());
  EXPECT_THAT(
      names,
      ElementsAre("exempt exempt 1 ", "probes exempt 2 ",
                  "system-leader-election leader-election 100 ByUser",
                  "endpoint-controller workload-high 150 ByUser",
                  "workload-leader-election leader-election 200 ByUser",
                  "system-node-high node-high 400 ByUser", "system-nodes system 500 ByUser",
                  "kube-controller-manager workload-high 800 ByNamespace",
                  "kube-scheduler workload-high 800 ByNamespace",
                  "kube-system-service-accounts workload-high 900 ByNamespace",
                  "service-accounts workload-low 9000 ByUser",
                  "global-default global-default 9900 ByUser", "catch-all catch-all 10000 ByUser"));
  EXPECT_THAT(to_json(named(default_levels(), "leader-election")),
              HasSubstr(R"("spec":{"type":"Limited","limited":{"nominalConcurrencyShares":10,)"
                        R"("limitResponse":{"type":"Queue","queuing":{"queues":16,"handSize":4,)"
                        R"("queueLengthLimit":50}},"lendablePercent":0}})"));
  EXPECT_THAT(to_json(named(default_schemas(), "probes")),
              HasSubstr(R"("nonResourceRules":[{"verbs":["get"],"nonResourceURLs":)"
                        R"(["/healthz","/readyz","/livez"]}])"));
}

TEST(Revise, MandatoryOnesArePutBackWhateverTheirAnnotationSays) {
  const auto wanted = named(default_schemas(), "catch-all");
  auto schema = wanted;
  (*schema.mutable_metadata()->mutable_annotations())[kNote] = "false";
  schema.mutable_spec()->set_matchingprecedence(5);
  EXPECT_TRUE(revise(schema, wanted));
  EXPECT_EQ(schema.spec().matchingprecedence(), 10000);
  EXPECT_EQ(note_of(schema), "true");
  EXPECT_FALSE(revise(schema, wanted));
}

TEST(Revise, OthersAreAsTheirAnnotationOrTheirGenerationSays) {
  const struct {
    const char* note;  // empty: none
    int generation;
    bool put_back;
    const char* then;
  } cases[] = {{"true", 7, true, "true"},    {"false", 1, false, "false"},
               {"", 1, true, "true"},        {"", 2, false, "false"},
               {"rubbish", 1, true, "true"}, {"rubbish", 2, false, "false"}};
  const auto wanted = named(default_levels(), "system");
  for (const auto& c : cases) {
    auto level = wanted;
    auto& metadata = *level.mutable_metadata();
    metadata.set_generation(c.generation);
    if (*c.note) (*metadata.mutable_annotations())[kNote] = c.note;
    level.mutable_spec()->mutable_limited()->set_nominalconcurrencyshares(1);
    revise(level, wanted);
    EXPECT_EQ(level.spec().limited().nominalconcurrencyshares(), c.put_back ? 30 : 1)
        << c.note << c.generation;
    EXPECT_EQ(note_of(level), c.then) << c.note << c.generation;
    EXPECT_FALSE(revise(level, wanted));
  }
}

TEST(Revise, WhatIsExemptHoldsTheSeatsItIsGiven) {
  const auto wanted = named(default_levels(), "exempt");
  auto level = wanted;
  static_cast<void>(revise(level, wanted));
  level.mutable_spec()->mutable_exempt()->set_nominalconcurrencyshares(7);
  EXPECT_FALSE(revise(level, wanted));
  EXPECT_EQ(level.spec().exempt().nominalconcurrencyshares(), 7);
}

TEST(Dangling, SaysWhetherTheLevelExists) {
  auto schema = named(default_schemas(), "system-nodes");
  EXPECT_TRUE(set_dangling(schema, true));
  EXPECT_FALSE(set_dangling(schema, true));
  ASSERT_EQ(schema.status().conditions_size(), 1);
  const auto found = schema.status().conditions(0);
  EXPECT_EQ(found.status() + " " + found.reason(), "False Found");
  EXPECT_EQ(found.message(),
            "This FlowSchema references the PriorityLevelConfiguration object named \"system\" "
            "and it exists");
  EXPECT_TRUE(set_dangling(schema, false));
  const auto& lost = schema.status().conditions(0);
  EXPECT_EQ(lost.type() + " " + lost.status() + " " + lost.reason(), "Dangling True NotFound");
  EXPECT_EQ(lost.message(),
            "This FlowSchema references the PriorityLevelConfiguration object named \"system\" "
            "but there is no such object");
}

}  // namespace
}  // namespace kubus::apiserver::fairness
