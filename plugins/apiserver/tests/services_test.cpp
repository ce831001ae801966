#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <k8s/core/v1/service.pb.h>

#include <set>

#include "services/address_object.h"
#include "services/families.h"
#include "services/service_allocator.h"

namespace kubus::apiserver {
namespace {

using ::testing::HasSubstr;

class ServicesTest : public ::testing::Test {
 protected:
  ServicesTest()
      : allocator_(std::make_shared<ServiceAllocator>(std::vector<std::string>{"IPv4", "IPv6"},
                                                      PortRange(30000, 30001))) {
    call_.resource = find_resource("", "v1", "services");
    put_range("kubernetes", {"10.96.0.0/29"});
  }
  void put_range(const std::string& name, const std::vector<std::string>& cidrs,
                 bool ready = true) {
    AddressPool::Source source;
    source.revision = ++revision_;
    source.ready = ready;
    for (const auto& cidr : cidrs) source.networks.push_back(*parse_network(cidr));
    allocator_->put_source(name, std::move(source));
  }
  static core_v1::Service service(const std::string& type, const std::string& address = "",
                                  int node_port = 0) {
    core_v1::Service made;
    made.mutable_metadata()->set_name("s");
    made.mutable_metadata()->set_namespace_("default");
    made.mutable_spec()->set_type(type);
    made.mutable_spec()->set_clusterip(address);
    (*made.mutable_spec()->mutable_selector())["a"] = "b";
    auto* port = made.mutable_spec()->add_ports();
    port->set_port(80);
    port->set_nodeport(node_port);
    return made;
  }
  // Writes it: from then on it is known as stored.
  Status keep(core_v1::Service& made, const core_v1::Service* old = nullptr) {
    if (!old) made.mutable_metadata()->set_name("s" + std::to_string(++number_));
    auto held = allocator_->reserve(call_, made, old);
    if (!held.ok()) return held.status();
    companions_ = (*held)->companions(made);
    allocator_->put_service("default/" + made.metadata().name(), made.spec());
    return {};
  }
  std::vector<std::string> companion_keys() const {
    std::vector<std::string> keys;
    for (const auto& one : companions_) {
      const char* act = one.act == Companion::Act::kPut      ? "put "
                        : one.act == Companion::Act::kRemove ? "remove "
                                                             : "check ";
      keys.push_back(act + one.key + " " + std::to_string(one.expected));
    }
    return keys;
  }

  std::shared_ptr<ServiceAllocator> allocator_;
  Call call_;
  Companions companions_;
  std::int64_t revision_ = 0;
  int number_ = 0;
};

TEST_F(ServicesTest, GivesEveryServiceAnAddressOfItsOwnUntilTheRangeIsFull) {
  std::set<std::string> seen;
  for (int i = 0; i < 6; ++i) {
    auto made = service("ClusterIP");
    ASSERT_TRUE(keep(made).ok());
    EXPECT_TRUE(seen.insert(made.spec().clusterip()).second);
    EXPECT_EQ(made.spec().clusterips(0), made.spec().clusterip());
  }
  auto more = service("ClusterIP");
  const auto full = keep(more);
  EXPECT_EQ(full.code(), Code::kInternalError);
  EXPECT_THAT(full.message(), HasSubstr("failed to allocate a serviceIP: range is full"));
  put_range("more", {"10.97.0.0/30"});
  ASSERT_TRUE(keep(more).ok());
  EXPECT_THAT(more.spec().clusterip(), ::testing::StartsWith("10.97.0."));
}

TEST_F(ServicesTest, WritesDownWhoseAnAddressIs) {
  auto made = service("ClusterIP", "10.96.0.3");
  ASSERT_TRUE(keep(made).ok());
  const std::string group = " /registry/networking.k8s.io/";
  EXPECT_THAT(companion_keys(),
              ::testing::ElementsAre("put" + group + "ipaddresses/10.96.0.3 0",
                                     "check" + group + "servicecidrs/kubernetes 1"));
  EXPECT_THAT(
      companions_[0].value,
      HasSubstr(R"("parentRef":{"resource":"services","namespace":"default","name":"s1"})"));
  EXPECT_THAT(companions_[0].value,
              HasSubstr(R"("ipaddress.kubernetes.io/managed-by":"ipallocator.k8s.io")"));
}

TEST_F(ServicesTest, LetsGoOfTheObjectWithTheAddress) {
  auto made = service("ClusterIP", "10.96.0.3");
  ASSERT_TRUE(keep(made).ok());
  const auto removal = [&] {
    companions_ = allocator_->removal(*call_.resource, made);
    return companion_keys();
  };
  const std::string key = "/registry/networking.k8s.io/ipaddresses/10.96.0.3 ";
  EXPECT_THAT(removal(), ::testing::ElementsAre("check " + key + "0")) << "not seen yet";
  allocator_->put_address("10.96.0.3", {7, "default/s1", true, false});
  EXPECT_THAT(removal(), ::testing::ElementsAre("remove " + key + "7"));
  allocator_->put_address("10.96.0.3", {8, "default/s1", true, true});
  EXPECT_THAT(removal(), ::testing::ElementsAre("check " + key + "8")) << "others hold it";
  allocator_->put_address("10.96.0.3", {9, "default/other", true, false});
  EXPECT_THAT(removal(), ::testing::ElementsAre("check " + key + "9")) << "it is another's";
  allocator_->put_address("10.96.0.3", {10, "default/s1", true, false});
  auto external = made;
  external.mutable_spec()->set_type("ExternalName");
  external.mutable_spec()->clear_clusterip();
  external.mutable_spec()->clear_clusterips();
  ASSERT_TRUE(keep(external, &made).ok());
  EXPECT_THAT(companion_keys(), ::testing::ElementsAre("remove " + key + "10"));
}

TEST_F(ServicesTest, TakesFromRangesThatAreReadyAlone) {
  put_range("kubernetes", {"10.96.0.0/29"}, false);
  auto made = service("ClusterIP");
  EXPECT_EQ(keep(made).code(), Code::kInternalError);
  auto named = service("ClusterIP", "10.96.0.3");
  EXPECT_THAT(keep(named).message(),
              HasSubstr("the provided network does not match the current range"));
  put_range("same", {"10.96.0.0/29"});
  ASSERT_TRUE(keep(named).ok());
  allocator_->drop_source("same");
  EXPECT_EQ(keep(made).code(), Code::kInternalError);
}

TEST_F(ServicesTest, RefusesWhatIsTakenOrOutside) {
  auto first = service("NodePort", "10.96.0.3", 30000);
  ASSERT_TRUE(keep(first).ok());
  auto same = service("ClusterIP", "10.96.0.3");
  EXPECT_THAT(keep(same).message(),
              HasSubstr("spec.clusterIPs: Invalid value: [\"10.96.0.3\"]: failed to allocate IP "
                        "10.96.0.3: provided IP is already allocated"));
  allocator_->put_address("10.96.0.4", {5, "", false, false});
  auto reserved = service("ClusterIP", "10.96.0.4");
  EXPECT_THAT(keep(reserved).message(), HasSubstr("provided IP is already allocated"));
  allocator_->drop_address("10.96.0.4");
  EXPECT_TRUE(keep(reserved).ok());
  for (const char* address : {"10.97.0.3", "10.96.0.0", "10.96.0.7"}) {
    auto outside = service("ClusterIP", address);
    EXPECT_THAT(keep(outside).message(), HasSubstr("does not match the current range"));
  }
  auto port = service("NodePort", "", 30000);
  EXPECT_THAT(keep(port).message(), HasSubstr("provided port is already allocated"));
  auto far = service("NodePort", "", 80);
  EXPECT_THAT(keep(far).message(), HasSubstr("30000-30001"));
}

TEST_F(ServicesTest, TakesBackWhatAFailedWriteHad) {
  for (int i = 0; i < 20; ++i) {
    auto made = service("NodePort");
    ASSERT_TRUE(allocator_->reserve(call_, made, nullptr).ok());
  }
}

TEST_F(ServicesTest, LetsGoOfWhatAnUpdateOrADeletionLeaves) {
  auto old = service("NodePort", "", 30001);
  ASSERT_TRUE(keep(old).ok());
  auto changed = old;
  changed.mutable_spec()->mutable_ports(0)->set_nodeport(30000);
  ASSERT_TRUE(keep(changed, &old).ok());
  auto other = service("NodePort", "", 30001);
  EXPECT_TRUE(keep(other).ok());
  allocator_->drop_service("default/s1");
  auto again = service("NodePort", changed.spec().clusterip(), 30000);
  EXPECT_TRUE(keep(again).ok());
}

TEST_F(ServicesTest, LeavesHeadlessAndExternalServicesWithoutAddress) {
  auto headless = service("ClusterIP", "None");
  ASSERT_TRUE(keep(headless).ok());
  EXPECT_EQ(headless.spec().clusterips(0), "None");
  EXPECT_TRUE(companions_.empty());
  auto external = service("ExternalName");
  ASSERT_TRUE(keep(external).ok());
  EXPECT_TRUE(external.spec().clusterip().empty());
}

TEST_F(ServicesTest, GivesAddressesOfBothFamilies) {
  put_range("six", {"fd00:10::/112"});
  auto made = service("ClusterIP");
  made.mutable_spec()->set_ipfamilypolicy("PreferDualStack");
  ASSERT_TRUE(keep(made).ok());
  ASSERT_EQ(made.spec().clusterips_size(), 2);
  EXPECT_EQ(made.spec().clusterips(0), made.spec().clusterip());
  EXPECT_THAT(made.spec().clusterips(1), ::testing::StartsWith("fd00:10::"));
  auto single = made;
  single.mutable_spec()->set_ipfamilypolicy("SingleStack");
  single.mutable_spec()->mutable_clusterips()->RemoveLast();
  single.mutable_spec()->mutable_ipfamilies()->RemoveLast();
  ASSERT_TRUE(keep(single, &made).ok());
  EXPECT_THAT(companion_keys(),
              ::testing::ElementsAre(HasSubstr("ipaddresses/" + made.spec().clusterips(1))));
}

TEST_F(ServicesTest, SuspectsWhatDoesNotAgree) {
  auto made = service("ClusterIP", "10.96.0.3");
  ASSERT_TRUE(keep(made).ok());
  EXPECT_FALSE(allocator_->is_sound_service("default/s1")) << "not written down";
  allocator_->put_address("10.96.0.3", {7, "default/s1", true, false});
  EXPECT_TRUE(allocator_->is_sound_service("default/s1"));
  EXPECT_TRUE(allocator_->is_sound_address("10.96.0.3"));
  allocator_->take_suspects();
  EXPECT_FALSE(allocator_->has_suspects());
  allocator_->drop_address("10.96.0.3");
  EXPECT_THAT(allocator_->take_suspects().services, ::testing::ElementsAre("default/s1"));
  allocator_->put_address("10.96.0.3", {8, "default/other", true, false});
  EXPECT_THAT(allocator_->take_suspects().services, ::testing::ElementsAre("default/s1"));
  EXPECT_FALSE(allocator_->is_sound_address("10.96.0.3"));
  allocator_->drop_service("default/s1");
  EXPECT_THAT(allocator_->take_suspects().addresses, ::testing::ElementsAre("10.96.0.3"));
}

TEST(FamiliesTest, AreThoseThatAreAskedForAndThere) {
  const std::vector<std::string> four = {"IPv4"}, both = {"IPv4", "IPv6"};
  const struct {
    const char* policy;
    std::vector<std::string> families, addresses, cluster;
    std::string expected;  // families with commas, or the error
  } cases[] = {
      {"", {}, {}, four, "SingleStack IPv4"},
      {"PreferDualStack", {}, {}, four, "PreferDualStack IPv4"},
      {"PreferDualStack", {}, {}, both, "PreferDualStack IPv4,IPv6"},
      {"", {"IPv6", "IPv4"}, {}, both, "RequireDualStack IPv6,IPv4"},
      {"", {}, {"fd00::5"}, both, "SingleStack IPv6"},
      {"RequireDualStack",
       {},
       {},
       four,
       "spec.ipFamilyPolicy: Invalid value: \"RequireDualStack\": this cluster is not configured "
       "for dual-stack services"},
      {"",
       {"IPv6"},
       {},
       four,
       "spec.ipFamilies[0]: Invalid value: \"IPv6\": not configured on this cluster"},
      {"SingleStack",
       {"IPv4", "IPv6"},
       {},
       both,
       "spec.ipFamilyPolicy: Invalid value: \"SingleStack\": must be RequireDualStack or "
       "PreferDualStack when multiple IP families are specified"},
      {"", {}, {"None"}, four, "RequireDualStack IPv4,IPv6"},
  };
  for (const auto& c : cases) {
    core_v1::ServiceSpec spec;
    if (*c.policy) spec.set_ipfamilypolicy(c.policy);
    for (const auto& family : c.families) spec.add_ipfamilies(family);
    for (const auto& address : c.addresses) spec.add_clusterips(address);
    if (spec.clusterips_size() > 0) spec.set_clusterip(spec.clusterips(0));
    const auto status = settle_families("s", spec, nullptr, c.cluster);
    std::string got = spec.ipfamilypolicy() + " ";
    for (const auto& family : spec.ipfamilies()) got += (got.back() == ' ' ? "" : ",") + family;
    EXPECT_THAT(status.ok() ? got : status.message(), HasSubstr(c.expected));
  }
}

TEST(AddressRangeTest, HasWhatIsBetweenItsEnds) {
  const struct {
    const char* network;
    int size;
  } cases[] = {{"10.0.0.0/29", 6},  {"10.0.0.8/30", 2},  {"10.0.0.8/31", 0}, {"10.0.0.8/32", 0},
               {"fd00::/125", 7}, {"fd00::/128", 0}};
  for (const auto& c : cases) {
    AddressRange range(*parse_network(c.network));
    int found = 0;
    while (const auto address = range.any_free()) {
      ASSERT_TRUE(range.contains(*address)) << address->text();
      range.mark(*address, true);
      ++found;
    }
    EXPECT_EQ(found, c.size) << c.network;
  }
  // Of a large one, what it does not look for itself can still be asked for.
  const AddressRange large(*parse_network("10.0.0.0/8"));
  EXPECT_TRUE(large.contains(*parse_ip("10.200.1.1")));
  EXPECT_FALSE(large.contains(*parse_ip("10.255.255.255")));
  EXPECT_EQ(large.first().text(), "10.0.0.1");
}

}  // namespace
}  // namespace kubus::apiserver
