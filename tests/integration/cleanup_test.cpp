// What a node leaves in its network when kubusd ends: all of it, so that its pods go on, unless it
// is told to clean up.
#include <gmock/gmock.h>
#include <net/if.h>
#include <signal.h>

#include <fstream>

#include "cluster_test.h"
#include "kubus/nft.h"

namespace kubus::integration {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class CleanUp : public ClusterTest {
 protected:
  void end_kubusd() {
    ASSERT_EQ(::kill(cluster().daemon(), SIGTERM), 0);
    EXPECT_TRUE(eventually([&] { return cluster().daemon() == 0; }));
  }
  void clean_up(const std::string& plugin) {
    std::ofstream(cluster().state_dir() + "/config/plugins.d/" + plugin + ".yaml")
        << "cleanup: true\n";
  }
  bool has_bridge() {
    bool found = false;
    cluster().in_network([&] { found = ::if_nametoindex("cni0") != 0; });
    return found;
  }
  std::string tables() {
    std::string json;
    cluster().in_network([&] {
      auto listed = Nft().list("list tables");
      EXPECT_TRUE(listed.ok()) << listed.status().message();
      if (listed.ok()) json = std::move(*listed);
    });
    return json;
  }
};

TEST_F(CleanUp, ANodeKeepsItsNetworkUnlessToldAtRunTime) {
  const auto both = AllOf(HasSubstr("kubus-flannel"), HasSubstr("kubus-proxy"));
  end_kubusd();
  EXPECT_TRUE(has_bridge());
  EXPECT_THAT(tables(), both);
  ASSERT_TRUE(cluster().up().ok());
  clean_up("network-flannel");
  clean_up("proxy-nftables");
  const auto reload = cluster().kubus({"config", "reload"});
  EXPECT_THAT(reload.out, AllOf(HasSubstr("network-flannel.cleanup changed\n"),
                                HasSubstr("proxy-nftables.cleanup changed\n")));
  EXPECT_TRUE(has_bridge());
  EXPECT_THAT(tables(), both);
  end_kubusd();
  EXPECT_FALSE(has_bridge());
  EXPECT_THAT(tables(), AllOf(Not(HasSubstr("kubus-flannel")), Not(HasSubstr("kubus-proxy"))));
}

}  // namespace
}  // namespace kubus::integration
