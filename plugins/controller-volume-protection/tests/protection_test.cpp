#include "protection.h"

#include <gtest/gtest.h>

#include "kubus/api/json.h"

namespace kubus::protection {
namespace {

template <class T>
T read(const std::string& json) {
  T object;
  EXPECT_TRUE(from_json(json, object).ok()) << json;
  return object;
}

TEST(Pods, UseTheirClaimsWhileTheyAreOnANode) {
  const struct {
    const char* name;
    std::string pod;  // what stands beside its volumes
    std::string volume;
    bool used;
  } cases[] = {
      {"on a node", R"("nodeName":"n",)", R"("persistentVolumeClaim":{"claimName":"p-data"})",
       true},
      {"not scheduled", "", R"("persistentVolumeClaim":{"claimName":"p-data"})", false},
      {"another claim", R"("nodeName":"n",)", R"("persistentVolumeClaim":{"claimName":"other"})",
       false},
      {"its own", R"("nodeName":"n",)", R"("ephemeral":{})", true},
  };
  const auto claim = read<core_v1::PersistentVolumeClaim>(
      R"({"metadata":{"name":"p-data","namespace":"a","ownerReferences":[{"kind":"Pod",)"
      R"("apiVersion":"v1","name":"p","uid":"u","controller":true}]}})");
  for (const auto& c : cases) {
    auto pod = read<core_v1::Pod>(R"({"metadata":{"name":"p","namespace":"a","uid":"u"},"spec":{)" +
                                  c.pod + R"("volumes":[{"name":"data",)" + c.volume + "}]}}");
    EXPECT_EQ(uses(pod, claim), c.used) << c.name;
    EXPECT_EQ(claims_of(pod).size(), 1U);
    pod.mutable_metadata()->set_namespace_("b");
    EXPECT_FALSE(uses(pod, claim)) << c.name;
  }
  const auto ended = read<core_v1::Pod>(
      R"({"metadata":{"name":"p","namespace":"a","uid":"u"},"spec":{"nodeName":"n","volumes":)"
      R"([{"name":"data","ephemeral":{}}]},"status":{"phase":"Succeeded"}})");
  EXPECT_FALSE(uses(ended, claim));
}

TEST(Finalizers, AreSetWhileAnObjectLivesAndTakenAwayWhenItIsFree) {
  const struct {
    std::string metadata;
    bool in_use;
    Step step;
    std::string after;
  } cases[] = {
      {"{}", false, Step::kAdd, "kubernetes.io/pv-protection "},
      {R"({"finalizers":["kubernetes.io/pv-protection"]})", false, Step::kNothing,
       "kubernetes.io/pv-protection "},
      {R"({"deletionTimestamp":"2026-01-01T00:00:00Z","finalizers":["a",)"
       R"("kubernetes.io/pv-protection","b"]})",
       true, Step::kNothing, "a kubernetes.io/pv-protection b "},
      {R"({"deletionTimestamp":"2026-01-01T00:00:00Z","finalizers":["a",)"
       R"("kubernetes.io/pv-protection","b"]})",
       false, Step::kRemove, "a b "},
      {R"({"deletionTimestamp":"2026-01-01T00:00:00Z","finalizers":["a"]})", true, Step::kNothing,
       "a "},
  };
  for (const auto& c : cases) {
    auto volume = read<core_v1::PersistentVolume>(R"({"metadata":)" + c.metadata + "}");
    auto& metadata = *volume.mutable_metadata();
    const auto step = step_for(metadata, kVolume, c.in_use);
    EXPECT_EQ(step, c.step) << c.metadata;
    take(step, metadata, kVolume);
    std::string after;
    for (const auto& finalizer : metadata.finalizers()) after += finalizer + " ";
    EXPECT_EQ(after, c.after) << c.metadata;
  }
}

TEST(Volumes, AreInUseWhileTheyAreBound) {
  for (const auto& [phase, used] :
       {std::pair("Bound", true), std::pair("Released", false), std::pair("Available", false)}) {
    core_v1::PersistentVolume volume;
    volume.mutable_status()->set_phase(phase);
    EXPECT_EQ(is_in_use(volume), used) << phase;
  }
}

}  // namespace
}  // namespace kubus::protection
