#include "discovery/discovery.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace kubus::apiserver {
namespace {

namespace json = boost::json;

const json::value* find_by(const json::value& list, const char* key, const char* value) {
  for (const json::value& item : list.as_array()) {
    if (item.at(key) == value) return &item;
  }
  return nullptr;
}

TEST(Discovery, ListsVersionsAndGroups) {
  const Discovery discovery("10.0.0.1:6443");
  const json::value core = json::parse(discovery.core(DiscoveryForm::kLegacy).body);
  EXPECT_EQ(core.at("kind"), "APIVersions");
  EXPECT_EQ(core.at("versions").at(0), "v1");
  EXPECT_EQ(core.at("serverAddressByClientCIDRs").at(0).at("serverAddress"), "10.0.0.1:6443");

  const json::value groups = json::parse(discovery.groups(DiscoveryForm::kLegacy).body);
  const json::value* autoscaling = find_by(groups.at("groups"), "name", "autoscaling");
  ASSERT_NE(autoscaling, nullptr);
  EXPECT_EQ(autoscaling->at("preferredVersion").at("groupVersion"), "autoscaling/v2");
  EXPECT_EQ(autoscaling->at("versions").as_array().size(), 2U);
  EXPECT_EQ(find_by(groups.at("groups"), "name", ""), nullptr);
  EXPECT_EQ(find_by(groups.at("groups"), "name", "metrics.k8s.io"), nullptr);
}

TEST(Discovery, DescribesResourcesAndSubresources) {
  const Discovery discovery("a:1");
  const auto core = discovery.resources("", "v1");
  ASSERT_TRUE(core.has_value());
  const json::value list = json::parse(core->body);
  EXPECT_EQ(list.at("groupVersion"), "v1");
  const json::value* pods = find_by(list.at("resources"), "name", "pods");
  ASSERT_NE(pods, nullptr);
  EXPECT_EQ(pods->at("shortNames").at(0), "po");
  EXPECT_TRUE(pods->at("namespaced").as_bool());
  const json::value* eviction = find_by(list.at("resources"), "name", "pods/eviction");
  ASSERT_NE(eviction, nullptr);
  EXPECT_EQ(eviction->at("group"), "policy");
  EXPECT_FALSE(discovery.resources("apps", "v9").has_value());
  EXPECT_FALSE(discovery.group("nope").has_value());
  EXPECT_TRUE(discovery.group("apps").has_value());
}

TEST(Discovery, AggregatesAllGroups) {
  const Discovery discovery("a:1");
  const DiscoveryDocument document = discovery.groups(DiscoveryForm::kAggregatedV2);
  EXPECT_EQ(document.content_type,
            "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList");
  const json::value list = json::parse(document.body);
  EXPECT_EQ(list.at("apiVersion"), "apidiscovery.k8s.io/v2");
  const json::value& first = list.at("items").at(1);
  EXPECT_EQ(first.at("metadata").at("name"), "apps");
  const json::value* deployments =
      find_by(first.at("versions").at(0).at("resources"), "resource", "deployments");
  ASSERT_NE(deployments, nullptr);
  EXPECT_EQ(deployments->at("scope"), "Namespaced");
  EXPECT_EQ(deployments->at("responseKind").at("kind"), "Deployment");
  const json::value* scale = find_by(deployments->at("subresources"), "subresource", "scale");
  ASSERT_NE(scale, nullptr);
  EXPECT_EQ(scale->at("responseKind").at("group"), "autoscaling");

  const json::value core = json::parse(discovery.core(DiscoveryForm::kAggregatedV2).body);
  EXPECT_EQ(core.at("items").as_array().size(), 1U);
  EXPECT_FALSE(core.at("items").at(0).at("metadata").as_object().contains("name"));
}

std::vector<std::string> names_of(const json::value& list, const char* member) {
  std::vector<std::string> out;
  for (const auto& one : list.at(member).as_array()) {
    const auto& fields = one.as_object();
    const auto* metadata = fields.if_contains("metadata");
    const auto* name = metadata ? metadata->as_object().if_contains("name") : nullptr;
    if (!metadata) name = fields.if_contains("name");
    if (!metadata && !name) name = fields.if_contains("version");
    if (name) out.emplace_back(name->as_string());
  }
  return out;
}

// Of equal rank, and of other servers.
TEST(Discovery, RanksGroupsAndVersionsByTheirServices) {
  const ServedVersions versions = {
      {"b.example.com", "v1", {1000, 100}, true, true},
      {"a.example.com", "v2", {1000, 100}, true, true},
      {"first.example.com", "v1beta1", {19000, 10}, true, true},
      {"first.example.com", "v1", {17, 5}, true, true},
      {"apps", "v1", {5, 15}, false, true},
      {"local.example.com", "v1", {19999, 10}, false, true},
  };
  const Discovery discovery(stable_resources(), "a:1", versions);
  const auto legacy = json::parse(discovery.groups(DiscoveryForm::kLegacy).body);
  const auto groups = names_of(legacy, "groups");
  ASSERT_GT(groups.size(), 5U);
  EXPECT_EQ(groups[0], "apiregistration.k8s.io");
  EXPECT_EQ(groups[1], "first.example.com");
  EXPECT_EQ(groups[2], "events.k8s.io");
  // The APIService v1.b.example.com comes before v2.a.example.com.
  EXPECT_EQ(std::vector<std::string>(groups.end() - 3, groups.end()),
            (std::vector<std::string>{"b.example.com", "a.example.com", "apps"}));
  EXPECT_EQ(std::find(groups.begin(), groups.end(), "local.example.com"), groups.end());
  const auto list = json::parse(discovery.groups(DiscoveryForm::kAggregatedV2).body);
  const auto items = names_of(list, "items");
  EXPECT_EQ(items[1], "first.example.com");
  EXPECT_EQ(std::vector<std::string>(items.end() - 3, items.end()),
            (std::vector<std::string>{"a.example.com", "b.example.com", "apps"}));
  const auto first = json::parse(discovery.group("first.example.com")->body);
  EXPECT_EQ(first.at("preferredVersion").at("version"), "v1beta1");
}

TEST(Discovery, SaysWhatIsKnownOfServersThatDoNotAnswer) {
  const ResourceInfo& known = stable_resources().front()[0];
  auto thing = known;
  thing.group = "x.example.com";
  thing.version = "v1";
  const ServedVersions versions = {{"x.example.com", "v1", {100, 10}, true, false},
                                   {"x.example.com", "v2", {100, 10}, true, false}};
  const Discovery discovery({&thing}, "a:1", versions);
  const auto list = json::parse(discovery.groups(DiscoveryForm::kAggregatedV2).body);
  const auto& shown = list.at("items").at(0).at("versions");
  EXPECT_EQ(json::serialize(shown.at(0)), R"({"version":"v2","freshness":"Stale"})");
  EXPECT_EQ(shown.at(1).at("version"), "v1");
  EXPECT_EQ(shown.at(1).at("freshness"), "Stale");
  EXPECT_EQ(shown.at(1).at("resources").as_array().size(), 1U);
  const auto legacy = json::parse(discovery.groups(DiscoveryForm::kLegacy).body);
  EXPECT_EQ(names_of(legacy.at("groups").at(0), "versions"),
            (std::vector<std::string>{"v2", "v1"}));
}

TEST(Discovery, TagsDependOnTheBytesOnly) {
  const Discovery a("a:1");
  const Discovery b("b:1");
  EXPECT_EQ(a.groups(DiscoveryForm::kLegacy).etag, b.groups(DiscoveryForm::kLegacy).etag);
  EXPECT_NE(a.core(DiscoveryForm::kLegacy).etag, b.core(DiscoveryForm::kLegacy).etag);
}

TEST(DiscoveryForm, FollowsTheAcceptHeader) {
  const char* kubectl =
      "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,"
      "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json";
  EXPECT_EQ(discovery_form(kubectl), DiscoveryForm::kAggregatedV2);
  EXPECT_EQ(discovery_form("application/json;v=v2beta1;g=apidiscovery.k8s.io;"
                           "as=APIGroupDiscoveryList"),
            DiscoveryForm::kAggregatedV2Beta1);
  EXPECT_EQ(discovery_form("application/json, */*"), DiscoveryForm::kLegacy);
  EXPECT_EQ(discovery_form(""), DiscoveryForm::kLegacy);
}

TEST(Discovery, PrefersStableAndHigherVersions) {
  EXPECT_TRUE(is_preferred_version("v2", "v1"));
  EXPECT_TRUE(is_preferred_version("v1", "v2beta1"));
  EXPECT_TRUE(is_preferred_version("v1beta1", "v3alpha1"));
  EXPECT_TRUE(is_preferred_version("v10", "v2"));
  EXPECT_TRUE(is_preferred_version("v1alpha1", "foo"));
}

TEST(EntityTag, IsNamedByItselfByAListAndByAStar) {
  const struct {
    const char* field;
    bool named;
  } kCases[] = {
      {R"("a")", true},       {"", false},   {R"("b")", false},     {"*", true},
      {R"(W/"a")", true},     {"a", false},  {R"("b", "a")", true}, {R"("b",W/"a" ,"c")", true},
      {R"("b", "c")", false}, {",,", false}, {R"("a)", false},
  };
  for (const auto& one : kCases) EXPECT_EQ(names_tag(one.field, R"("a")"), one.named) << one.field;
}

}  // namespace
}  // namespace kubus::apiserver
