#include "kubus/trigger_time.h"

#include <gtest/gtest.h>
#include <k8s/core/v1/pod.pb.h>
#include <k8s/core/v1/service.pb.h>
#include <k8s/meta/v1/object_meta.pb.h>

namespace kubus {
namespace {

using std::chrono::seconds;

const SystemTime kMade = parse_time("2026-01-02T03:04:05Z").value();

core_v1::Service service() {
  core_v1::Service out;
  out.mutable_metadata()->set_namespace_("n");
  out.mutable_metadata()->set_name("web");
  set_time(*out.mutable_metadata()->mutable_creationtimestamp(), kMade);
  (*out.mutable_spec()->mutable_selector())["app"] = "web";
  return out;
}

// A pod of the service that became ready that long after it was made.
std::shared_ptr<const core_v1::Pod> pod(const std::string& name, int ready_after,
                                        const std::string& app = "web") {
  auto out = std::make_shared<core_v1::Pod>();
  out->mutable_metadata()->set_namespace_("n");
  out->mutable_metadata()->set_name(name);
  (*out->mutable_metadata()->mutable_labels())["app"] = app;
  auto& condition = *out->mutable_status()->add_conditions();
  condition.set_type("Ready");
  set_time(*condition.mutable_lasttransitiontime(), kMade + seconds(ready_after));
  return out;
}

TEST(TriggerTimes, TellTheEarliestChangeThatIsNew) {
  TriggerTimes times;
  const auto web = service();
  EXPECT_EQ(times.next(web, {}), kMade);
  EXPECT_EQ(times.next(web, {}), std::nullopt);
  EXPECT_EQ(times.next(web, {pod("a", 5), pod("b", 3), pod("c", 1, "other")}), kMade + seconds(3));
  EXPECT_EQ(times.next(web, {pod("a", 5), pod("b", 3)}), std::nullopt);
  EXPECT_EQ(times.next(web, {pod("a", 5), pod("b", 9)}), kMade + seconds(9));
  EXPECT_EQ(times.next(web, {pod("b", 9)}), std::nullopt);
  EXPECT_EQ(times.next(web, {pod("a", 5), pod("b", 9)}), kMade + seconds(5));
  times.forget({"n", "web"});
  EXPECT_EQ(times.next(web, {pod("a", 5)}), kMade);
}

TEST(TriggerTimes, AreNotedAndTakenBack) {
  meta_v1::ObjectMeta metadata;
  TriggerTimes::note(kMade, metadata);
  EXPECT_EQ(metadata.annotations().at("endpoints.kubernetes.io/last-change-trigger-time"),
            "2026-01-02T03:04:05Z");
  TriggerTimes::note(std::nullopt, metadata);
  EXPECT_TRUE(metadata.annotations().empty());
}

}  // namespace
}  // namespace kubus
