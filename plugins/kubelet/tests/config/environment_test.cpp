#include "environment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kubus/api/quantity.h"
#include "objects.h"

namespace kubus::kubelet::test {
namespace {

using testing::ElementsAre;
using testing::Pair;

TEST(Expand, FollowsTheReference) {
  struct Case {
    std::string text, expanded;
  };
  const std::map<std::string, std::string> values{{"A", "1"}, {"B", "$(A)"}, {"EMPTY", ""}};
  const Case cases[] = {
      {"", ""},          {"plain", "plain"},
      {"$(A)", "1"},     {"x$(A)y$(A)z", "x1y1z"},
      {"$(B)", "$(A)"},  // values are not expanded again
      {"$(EMPTY)", ""},  {"$(UNKNOWN)", "$(UNKNOWN)"},
      {"$$(A)", "$(A)"}, {"$$$(A)", "$1"},
      {"$$", "$"},       {"$", "$"},
      {"$A", "$A"},      {"$(A", "$(A"},
      {"$(", "$("},      {"$()", "$()"},
      {"a$", "a$"},
  };
  for (const Case& c : cases) EXPECT_EQ(expand(c.text, values), c.expanded) << c.text;
}

class EnvironmentTest : public testing::Test {
 protected:
  EnvironmentTest() {
    pod_.mutable_metadata()->set_name("web");
    pod_.mutable_metadata()->set_namespace_("default");
    pod_.mutable_metadata()->set_uid("u1");
    pod_.mutable_spec()->set_serviceaccountname("robot");
    pod_.mutable_spec()->set_enableservicelinks(false);
    container().set_name("c");
    facts_ = {"n1", "192.0.2.1", {"10.244.0.5"}, 4000, 8'000'000'000};
  }
  core_v1::Container& container() {
    if (pod_.spec().containers_size() == 0) pod_.mutable_spec()->add_containers();
    return *pod_.mutable_spec()->mutable_containers(0);
  }
  core_v1::EnvVar& variable(const std::string& name, const std::string& value = "") {
    auto& out = *container().add_env();
    out.set_name(name);
    out.set_value(value);
    return out;
  }
  core_v1::EnvVarSource& from(const std::string& name) {
    return *variable(name).mutable_valuefrom();
  }
  Result<Environment> make() {
    return make_environment(pod_, container(), objects_.source(), facts_);
  }

  core_v1::Pod pod_;
  Objects objects_;
  NodeFacts facts_;
};

TEST_F(EnvironmentTest, LaterVariablesSeeEarlierOnes) {
  variable("A", "1");
  variable("B", "$(A)$(C)");
  variable("C", "$(B)");
  EXPECT_THAT(*make(), ElementsAre(Pair("A", "1"), Pair("B", "1$(C)"), Pair("C", "1$(C)")));
}

TEST_F(EnvironmentTest, TheLastOneOfAName) {
  objects_.config_maps["m"] = {{"A", "map"}, {"B", "map"}};
  container().add_envfrom()->mutable_configmapref()->mutable_localobjectreference()->set_name("m");
  variable("B", "own");
  EXPECT_THAT(*make(), ElementsAre(Pair("A", "map"), Pair("B", "own")));
}

TEST_F(EnvironmentTest, EnvFromWithPrefix) {
  objects_.config_maps["m"] = {{"b", "2"}, {"a", "1"}};
  objects_.secrets["s"] = {{"a", "s"}};
  auto& map = *container().add_envfrom();
  map.set_prefix("M_");
  map.mutable_configmapref()->mutable_localobjectreference()->set_name("m");
  container().add_envfrom()->mutable_secretref()->mutable_localobjectreference()->set_name("s");
  EXPECT_THAT(*make(), ElementsAre(Pair("M_a", "1"), Pair("M_b", "2"), Pair("a", "s")));
}

TEST_F(EnvironmentTest, EnvFromSomethingMissing) {
  auto& source = *container().add_envfrom()->mutable_configmapref();
  source.mutable_localobjectreference()->set_name("m");
  EXPECT_EQ(make().status().message(), "configmap \"m\" not found");
  source.set_optional(true);
  EXPECT_THAT(*make(), ElementsAre());
}

TEST_F(EnvironmentTest, KeysOfConfigMapsAndSecrets) {
  objects_.config_maps["m"] = {{"k", "map"}};
  objects_.secrets["s"] = {{"k", "secret"}};
  auto& map = *from("A").mutable_configmapkeyref();
  map.mutable_localobjectreference()->set_name("m");
  map.set_key("k");
  auto& secret = *from("B").mutable_secretkeyref();
  secret.mutable_localobjectreference()->set_name("s");
  secret.set_key("k");
  EXPECT_THAT(*make(), ElementsAre(Pair("A", "map"), Pair("B", "secret")));
}

TEST_F(EnvironmentTest, MissingKeys) {
  struct Case {
    bool secret;
    std::string name;
    std::string message;
  };
  const Case cases[] = {{false, "m", "couldn't find key k in ConfigMap default/m"},
                        {false, "none", "configmap \"none\" not found"},
                        {true, "s", "couldn't find key k in Secret default/s"},
                        {true, "none", "secret \"none\" not found"}};
  objects_.config_maps["m"] = {};
  objects_.secrets["s"] = {};
  for (const Case& c : cases) {
    for (const bool optional : {false, true}) {
      container().clear_env();
      auto& source = from("A");
      const auto fill = [&](auto& ref) {
        ref.mutable_localobjectreference()->set_name(c.name);
        ref.set_key("k");
        ref.set_optional(optional);
      };
      c.secret ? fill(*source.mutable_secretkeyref()) : fill(*source.mutable_configmapkeyref());
      const auto made = make();
      ASSERT_EQ(made.ok(), optional) << c.message;
      if (optional) {
        EXPECT_THAT(*made, ElementsAre()) << "the variable is left out";
      } else {
        EXPECT_EQ(made.status().message(), c.message);
      }
    }
  }
}

TEST_F(EnvironmentTest, FieldsOfThePod) {
  (*pod_.mutable_metadata()->mutable_labels())["app"] = "demo";
  (*pod_.mutable_metadata()->mutable_annotations())["example.com/note"] = "hello";
  struct Case {
    std::string path, value;
  };
  const Case cases[] = {
      {"metadata.name", "web"},        {"metadata.namespace", "default"},
      {"metadata.uid", "u1"},          {"metadata.labels['app']", "demo"},
      {"metadata.labels['none']", ""}, {"metadata.annotations['example.com/note']", "hello"},
      {"spec.nodeName", "n1"},         {"spec.serviceAccountName", "robot"},
      {"status.hostIP", "192.0.2.1"},  {"status.hostIPs", "192.0.2.1"},
      {"status.podIP", "10.244.0.5"},  {"status.podIPs", "10.244.0.5"},
  };
  for (const Case& c : cases) {
    container().clear_env();
    from("A").mutable_fieldref()->set_fieldpath(c.path);
    EXPECT_THAT(*make(), ElementsAre(Pair("A", c.value))) << c.path;
  }
  container().clear_env();
  from("A").mutable_fieldref()->set_fieldpath("spec.nothing");
  EXPECT_FALSE(make().ok());
}

TEST_F(EnvironmentTest, ResourcesOfContainers) {
  const auto set = [](auto& map, const std::string& name, const std::string& amount) {
    QuantityValue::parse(amount)->store(map[name]);
  };
  auto& resources = *container().mutable_resources();
  set(*resources.mutable_limits(), "cpu", "1500m");
  set(*resources.mutable_requests(), "memory", "64Mi");
  struct Case {
    std::string resource, divisor, value;
  };
  const Case cases[] = {
      {"limits.cpu", "", "2"},  // rounded up to whole cores
      {"limits.cpu", "1m", "1500"},
      {"requests.memory", "", "67108864"},
      {"requests.memory", "1Mi", "64"},
      {"requests.memory", "1Gi", "1"},
      {"limits.memory", "", "8000000000"},  // what the node allots, without a limit
      {"requests.cpu", "", "0"},
      {"requests.cpu", "1m", "0"},
  };
  for (const Case& c : cases) {
    container().clear_env();
    auto& selector = *from("A").mutable_resourcefieldref();
    selector.set_resource(c.resource);
    if (!c.divisor.empty()) QuantityValue::parse(c.divisor)->store(*selector.mutable_divisor());
    EXPECT_THAT(*make(), ElementsAre(Pair("A", c.value))) << c.resource << " " << c.divisor;
  }
}

TEST_F(EnvironmentTest, ServiceVariables) {
  objects_.add_service("default", "kubernetes", "10.96.0.1", 443, "https");
  objects_.add_service("default", "my-web", "10.96.0.9", 80);
  objects_.add_service("default", "headless", "None", 80);
  const auto names = [this] {
    std::vector<std::string> out;
    const Environment made = *make();
    for (const auto& [name, value] : made) out.push_back(name + "=" + value);
    return out;
  };
  const auto kubernetes = {"KUBERNETES_SERVICE_HOST=10.96.0.1",
                           "KUBERNETES_SERVICE_PORT=443",
                           "KUBERNETES_SERVICE_PORT_HTTPS=443",
                           "KUBERNETES_PORT=tcp://10.96.0.1:443",
                           "KUBERNETES_PORT_443_TCP=tcp://10.96.0.1:443",
                           "KUBERNETES_PORT_443_TCP_PROTO=tcp",
                           "KUBERNETES_PORT_443_TCP_PORT=443",
                           "KUBERNETES_PORT_443_TCP_ADDR=10.96.0.1"};
  EXPECT_THAT(names(), testing::UnorderedElementsAreArray(kubernetes));
  pod_.mutable_spec()->set_enableservicelinks(true);
  EXPECT_THAT(names(),
              testing::IsSupersetOf({"MY_WEB_SERVICE_HOST=10.96.0.9", "MY_WEB_SERVICE_PORT=80",
                                     "MY_WEB_PORT=tcp://10.96.0.9:80"}));
  EXPECT_THAT(names(), testing::Not(testing::Contains(testing::HasSubstr("HEADLESS"))));
}

}  // namespace
}  // namespace kubus::kubelet::test
