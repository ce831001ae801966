#include <gtest/gtest.h>
#include <k8s/core/v1/service.pb.h>

#include <set>

#include "services/service_allocator.h"

namespace kubus::apiserver {
namespace {

class ServicesTest : public ::testing::Test {
 protected:
  ServicesTest() : allocator_(*AddressRange::parse("10.96.0.0/29"), PortRange(30000, 30001)) {
    call_.resource = find_resource("", "v1", "services");
  }
  static core_v1::Service service(const std::string& type, const std::string& address = "",
                                  int node_port = 0) {
    core_v1::Service made;
    made.mutable_metadata()->set_name("s");
    made.mutable_spec()->set_type(type);
    made.mutable_spec()->set_clusterip(address);
    auto* port = made.mutable_spec()->add_ports();
    port->set_port(80);
    port->set_nodeport(node_port);
    return made;
  }
  Status keep(core_v1::Service& made, const core_v1::Service* old = nullptr) {
    auto held = allocator_.reserve(call_, made, old);
    if (!held.ok()) return held.status();
    if (*held) (*held)->keep();
    return {};
  }

  ServiceAllocator allocator_;
  Call call_;
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
  EXPECT_EQ(keep(more).code(), Code::kInternalError);
}

TEST_F(ServicesTest, RefusesWhatIsTakenOrOutside) {
  auto first = service("NodePort", "10.96.0.3", 30000);
  ASSERT_TRUE(keep(first).ok());
  auto same = service("ClusterIP", "10.96.0.3");
  EXPECT_NE(keep(same).message().find("provided IP is already allocated"), std::string::npos);
  auto outside = service("ClusterIP", "10.97.0.3");
  EXPECT_NE(keep(outside).message().find("not in the valid range"), std::string::npos);
  auto port = service("NodePort", "", 30000);
  EXPECT_NE(keep(port).message().find("provided port is already allocated"), std::string::npos);
  auto far = service("NodePort", "", 80);
  EXPECT_NE(keep(far).message().find("30000-30001"), std::string::npos);
}

TEST_F(ServicesTest, TakesBackWhatAFailedWriteHad) {
  for (int i = 0; i < 20; ++i) {
    auto made = service("NodePort");
    ASSERT_TRUE(allocator_.reserve(call_, made, nullptr).ok());
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
  allocator_.removed(*call_.resource, changed);
  auto again = service("NodePort", changed.spec().clusterip(), 30000);
  EXPECT_TRUE(keep(again).ok());
}

TEST_F(ServicesTest, LeavesHeadlessAndExternalServicesWithoutAddress) {
  auto headless = service("ClusterIP", "None");
  ASSERT_TRUE(keep(headless).ok());
  EXPECT_EQ(headless.spec().clusterips(0), "None");
  auto external = service("ExternalName");
  ASSERT_TRUE(keep(external).ok());
  EXPECT_TRUE(external.spec().clusterip().empty());
}

}  // namespace
}  // namespace kubus::apiserver
