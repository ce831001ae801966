#include <gtest/gtest.h>

#include "kubus/api/int_or_string.h"
#include "kubus/object.h"
#include "slice_changes.h"

namespace kubus::endpointslice {
namespace {

core_v1::Service web() {
  core_v1::Service service;
  service.mutable_metadata()->set_name("web");
  service.mutable_metadata()->set_namespace_("shop");
  service.mutable_metadata()->set_uid("svc-uid");
  service.mutable_spec()->set_clusterip("10.96.0.9");
  (*service.mutable_spec()->mutable_selector())["app"] = "web";
  auto& port = *service.mutable_spec()->add_ports();
  port.set_name("http");
  port.set_protocol("TCP");
  port.set_port(80);
  set_string(*port.mutable_targetport(), "web");
  return service;
}

struct PodState {
  int number;
  bool ready = true;
  bool deleting = false;
  const char* phase = "Running";
  const char* app = "web";
  int port = 8080;
};

PodPtr pod(const PodState& state) {
  auto pod = std::make_shared<core_v1::Pod>();
  auto& metadata = *pod->mutable_metadata();
  const std::string number = std::to_string(state.number);
  metadata.set_name("web-" + number);
  metadata.set_namespace_("shop");
  metadata.set_uid("uid-" + number);
  (*metadata.mutable_labels())["app"] = state.app;
  if (state.deleting) metadata.mutable_deletiontimestamp()->set_seconds(1000);
  pod->mutable_spec()->set_nodename("node-a");
  auto& port = *pod->mutable_spec()->add_containers()->add_ports();
  port.set_name("web");
  port.set_protocol("TCP");
  port.set_containerport(state.port);
  pod->mutable_status()->set_phase(state.phase);
  pod->mutable_status()->add_podips()->set_ip("10.244.0." + number);
  auto& condition = *pod->mutable_status()->add_conditions();
  condition.set_type("Ready");
  condition.set_status(state.ready ? "True" : "False");
  return pod;
}

std::vector<PodPtr> pods(int count) {
  std::vector<PodPtr> out;
  for (int i = 1; i <= count; ++i) out.push_back(pod({i}));
  return out;
}

// The slices after `changes`, as the API server would store them.
std::vector<SlicePtr> applied(const SliceChanges& changes, std::vector<SlicePtr> slices) {
  for (const auto& gone : changes.remove) std::erase(slices, gone);
  for (const auto& now : changes.update)
    for (auto& slice : slices)
      if (slice->metadata().name() == now.metadata().name())
        slice = std::make_shared<discovery_v1::EndpointSlice>(now);
  for (const auto& made : changes.create) {
    auto slice = std::make_shared<discovery_v1::EndpointSlice>(made);
    slice->mutable_metadata()->set_name(made.metadata().generatename() +
                                        std::to_string(slices.size()));
    slices.push_back(std::move(slice));
  }
  return slices;
}

TEST(Endpoints, HaveTheConditionsOfTheirPod) {
  struct Case {
    const char* name;
    PodState pod;
    bool publish_not_ready, present, ready, serving, terminating;
  };
  const Case cases[] = {
      {"ready", {1}, false, true, true, true, false},
      {"not ready", {1, false}, false, true, false, false, false},
      {"not ready, published", {1, false}, true, true, true, false, false},
      {"ready and ending", {1, true, true}, false, true, false, true, true},
      {"ending, published", {1, false, true}, true, true, true, false, true},
      {"failed", {1, true, false, "Failed"}, true, false, false, false, false},
      {"of another service", {1, true, false, "Running", "db"}, false, false, false, false, false},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    auto service = web();
    service.mutable_spec()->set_publishnotreadyaddresses(c.publish_not_ready);
    const auto groups = wanted_groups(service, {pod(c.pod)});
    ASSERT_EQ(groups.size(), c.present ? 1u : 0u);
    if (!c.present) continue;
    const auto& endpoint = groups[0].endpoints.at(0);
    EXPECT_EQ(endpoint.conditions().ready(), c.ready);
    EXPECT_EQ(endpoint.conditions().serving(), c.serving);
    EXPECT_EQ(endpoint.conditions().terminating(), c.terminating);
    EXPECT_EQ(endpoint.nodename(), "node-a");
    EXPECT_EQ(endpoint.targetref().name(), "web-1");
    EXPECT_EQ(groups[0].ports.at(0).port(), 8080);
  }
}

TEST(Endpoints, WithDifferentPortsAreGroupedApart) {
  const auto groups =
      wanted_groups(web(), {pod({1}), pod({2, true, false, "Running", "web", 9090}), pod({3})});
  ASSERT_EQ(groups.size(), 2u);
  EXPECT_EQ(groups[0].endpoints.size() + groups[1].endpoints.size(), 3u);
}

TEST(Endpoints, HaveAHostnameWhenTheSubdomainIsTheService) {
  auto named = std::make_shared<core_v1::Pod>(*pod({1}));
  named->mutable_spec()->set_hostname("first");
  EXPECT_FALSE(wanted_groups(web(), {named})[0].endpoints[0].has_hostname());
  named->mutable_spec()->set_subdomain("web");
  EXPECT_EQ(wanted_groups(web(), {named})[0].endpoints[0].hostname(), "first");
}

TEST(Slices, OfAServiceWithoutPodsAreOneEmptySlice) {
  const auto first = slice_changes(web(), {}, {});
  ASSERT_EQ(first.create.size(), 1u);
  const auto& slice = first.create[0];
  EXPECT_EQ(slice.metadata().generatename(), "web-");
  EXPECT_EQ(slice.metadata().labels().at(kServiceName), "web");
  EXPECT_EQ(slice.metadata().labels().at(kManagedBy), kManager);
  EXPECT_EQ(controller_of(slice).uid, "svc-uid");
  EXPECT_TRUE(is_slice_of(web(), slice));
  const auto again = slice_changes(web(), {}, applied(first, {}));
  EXPECT_EQ(again.create.size() + again.update.size() + again.remove.size(), 0u);
}

TEST(Slices, ChangeAsLittleAsPossible) {
  struct Case {
    const char* name;
    int before, after;
    std::size_t create, update, remove;
  };
  // At most ten endpoints per slice.
  const Case cases[] = {
      {"nothing changes", 25, 25, 0, 0, 0},        {"one more fits", 25, 26, 0, 1, 0},
      {"more than fits", 9, 15, 1, 0, 0},          {"one less", 5, 4, 0, 1, 0},
      {"the last one goes", 1, 0, 1, 0, 1},        {"the first one comes", 0, 1, 1, 0, 1},
      {"one less of two slices", 11, 10, 0, 1, 0},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto service = web();
    const auto start =
        applied(slice_changes(service, wanted_groups(service, pods(c.before)), {}, 10), {});
    const auto changes = slice_changes(service, wanted_groups(service, pods(c.after)), start, 10);
    EXPECT_EQ(changes.create.size(), c.create);
    EXPECT_EQ(changes.update.size(), c.update);
    EXPECT_EQ(changes.remove.size(), c.remove);
    std::size_t total = 0;
    const auto end = applied(changes, start);
    for (const auto& slice : end) {
      total += static_cast<std::size_t>(slice->endpoints_size());
      EXPECT_LE(slice->endpoints_size(), 10);
    }
    EXPECT_EQ(total, static_cast<std::size_t>(c.after));
    const auto again = slice_changes(service, wanted_groups(service, pods(c.after)), end, 10);
    EXPECT_EQ(again.create.size() + again.update.size() + again.remove.size(), 0u);
  }
}

TEST(Slices, FollowTheLabelsOfTheService) {
  auto service = web();
  const auto start = applied(slice_changes(service, wanted_groups(service, pods(1)), {}), {});
  (*service.mutable_metadata()->mutable_labels())["team"] = "a";
  const auto changes = slice_changes(service, wanted_groups(service, pods(1)), start);
  ASSERT_EQ(changes.update.size(), 1u);
  EXPECT_EQ(changes.update[0].metadata().labels().at("team"), "a");
}

TEST(Slices, OfAnEarlierServiceOfThatNameAreRemoved) {
  auto service = web();
  const auto start = applied(slice_changes(service, wanted_groups(service, pods(1)), {}), {});
  service.mutable_metadata()->set_uid("newer");
  const auto changes = slice_changes(service, wanted_groups(service, pods(1)), start);
  EXPECT_EQ(changes.remove.size(), 1u);
  EXPECT_EQ(changes.create.size(), 1u);
}

}  // namespace
}  // namespace kubus::endpointslice
