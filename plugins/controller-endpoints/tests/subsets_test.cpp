#include "subsets.h"

#include <gtest/gtest.h>

#include "kubus/api/int_or_string.h"
#include "kubus/object.h"

namespace kubus::endpoints {
namespace {

core_v1::Service web() {
  core_v1::Service service;
  service.mutable_metadata()->set_name("web");
  service.mutable_metadata()->set_namespace_("shop");
  service.mutable_spec()->set_clusterip("10.96.0.9");
  (*service.mutable_spec()->mutable_selector())["app"] = "web";
  auto& port = *service.mutable_spec()->add_ports();
  port.set_port(80);
  set_int(*port.mutable_targetport(), 8080);
  return service;
}

PodPtr pod(int number, bool ready, bool deleting = false, const char* phase = "Running") {
  auto pod = std::make_shared<core_v1::Pod>();
  auto& metadata = *pod->mutable_metadata();
  metadata.set_name("web-" + std::to_string(number));
  metadata.set_namespace_("shop");
  (*metadata.mutable_labels())["app"] = "web";
  if (deleting) metadata.mutable_deletiontimestamp()->set_seconds(1000);
  pod->mutable_status()->set_phase(phase);
  pod->mutable_status()->set_podip("10.244.0." + std::to_string(number));
  auto& condition = *pod->mutable_status()->add_conditions();
  condition.set_type("Ready");
  condition.set_status(ready ? "True" : "False");
  return pod;
}

TEST(Subsets, SortPodsByReadiness) {
  struct Case {
    const char* name;
    PodPtr pod;
    bool publish;
    int ready, not_ready;
  };
  const Case cases[] = {
      {"ready", pod(1, true), false, 1, 0},
      {"not ready", pod(1, false), false, 0, 1},
      {"not ready, published", pod(1, false), true, 1, 0},
      {"ending", pod(1, true, true), false, 0, 0},
      {"ending, published", pod(1, true, true), true, 1, 0},
      {"finished", pod(1, true, false, "Succeeded"), true, 0, 0},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    auto service = web();
    service.mutable_spec()->set_publishnotreadyaddresses(c.publish);
    const auto endpoints = wanted_endpoints(service, {c.pod}, {});
    ASSERT_EQ(endpoints.subsets_size(), c.ready + c.not_ready > 0 ? 1 : 0);
    if (endpoints.subsets_size() == 0) continue;
    EXPECT_EQ(endpoints.subsets(0).addresses_size(), c.ready);
    EXPECT_EQ(endpoints.subsets(0).notreadyaddresses_size(), c.not_ready);
    EXPECT_EQ(endpoints.subsets(0).ports(0).port(), 8080);
  }
}

TEST(Subsets, AreTheSameAgain) {
  const auto first = wanted_endpoints(web(), {pod(2, true), pod(1, true)}, {});
  const auto again = wanted_endpoints(web(), {pod(1, true), pod(2, true)}, first);
  EXPECT_TRUE(same_content(first, again));
  EXPECT_EQ(first.metadata().name(), "web");
  EXPECT_EQ(first.metadata().labels().at(kManagedBy), kManager);
}

TEST(Subsets, AreTruncatedReadyFirst) {
  struct Case {
    int ready, not_ready, kept_ready, kept_not_ready;
    bool annotated;
  };
  const Case cases[] = {{3, 1, 3, 1, false}, {3, 4, 3, 1, true}, {6, 2, 4, 0, true}};
  for (const auto& c : cases) {
    std::vector<PodPtr> pods;
    for (int i = 0; i < c.ready + c.not_ready; ++i) pods.push_back(pod(i + 1, i < c.ready));
    const auto endpoints = wanted_endpoints(web(), pods, {}, 4);
    ASSERT_EQ(endpoints.subsets_size(), 1);
    EXPECT_EQ(endpoints.subsets(0).addresses_size(), c.kept_ready);
    EXPECT_EQ(endpoints.subsets(0).notreadyaddresses_size(), c.kept_not_ready);
    EXPECT_EQ(endpoints.metadata().annotations().count(kOverCapacity), c.annotated ? 1u : 0u);
  }
}

}  // namespace
}  // namespace kubus::endpoints
