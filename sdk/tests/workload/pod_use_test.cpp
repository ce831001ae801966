#include <gtest/gtest.h>
#include <k8s/core/v1/pod.pb.h>

#include "kubus/api/quantity.h"
#include "kubus/placement.h"

namespace kubus {
namespace {

void request(core_v1::Container& container, const std::string& name, const std::string& amount) {
  QuantityValue::parse(amount)->store((*container.mutable_resources()->mutable_requests())[name]);
}

TEST(Request, InitContainersRunBesideTheSidecarsStartedBeforeThem) {
  struct Step {
    std::string cpu;
    bool sidecar;
  };
  struct Case {
    std::string name;
    std::vector<std::string> containers;
    std::vector<Step> init;
    std::int64_t cpu;
  };
  const Case cases[] = {
      {"sum of containers", {"100m", "200m"}, {}, 300},
      {"largest init container", {"100m"}, {{"500m", false}, {"400m", false}}, 500},
      {"sidecar counts with containers", {"100m"}, {{"200m", true}}, 300},
      {"init after sidecar", {"100m"}, {{"200m", true}, {"500m", false}}, 700},
      {"init before sidecar", {"100m"}, {{"500m", false}, {"200m", true}}, 500},
  };
  for (const Case& c : cases) {
    core_v1::Pod pod;
    for (const auto& cpu : c.containers) request(*pod.mutable_spec()->add_containers(), "cpu", cpu);
    for (const auto& step : c.init) {
      auto& container = *pod.mutable_spec()->add_initcontainers();
      request(container, "cpu", step.cpu);
      if (step.sidecar) container.set_restartpolicy("Always");
    }
    EXPECT_EQ(use_of(pod).requested.cpu, c.cpu) << c.name;
  }
}

TEST(Request, OverheadIsAddedAndMissingRequestsArePadded) {
  core_v1::Pod pod;
  auto& container = *pod.mutable_spec()->add_containers();
  request(container, "example.com/gpu", "2");
  QuantityValue::parse("64Mi")->store((*pod.mutable_spec()->mutable_overhead())["memory"]);
  const PodUse use = use_of(pod);
  EXPECT_EQ(use.requested.cpu, 0);
  EXPECT_EQ(use.requested.memory, 64 << 20);
  EXPECT_EQ(use.requested.extended.at("example.com/gpu"), 2);
  EXPECT_EQ(use.padded.cpu, 100);
  EXPECT_EQ(use.padded.memory, 264 << 20);
}

TEST(Request, PortsConflictUnlessAddressesDiffer) {
  const HostPort any{80, "TCP", "0.0.0.0"}, one{80, "TCP", "127.0.0.1"},
      two{80, "TCP", "127.0.0.2"};
  EXPECT_TRUE(any.conflicts(one));
  EXPECT_TRUE(one.conflicts(any));
  EXPECT_FALSE(one.conflicts(two));
  EXPECT_FALSE(any.conflicts({80, "UDP", "0.0.0.0"}));
}

}  // namespace
}  // namespace kubus
