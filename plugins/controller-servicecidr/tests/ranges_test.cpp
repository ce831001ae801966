#include "ranges.h"

#include <gtest/gtest.h>

#include "kubus/api/json.h"

namespace kubus::servicecidr {
namespace {

std::shared_ptr<ServiceCIDR> range(const std::string& name, const std::vector<std::string>& cidrs,
                                   bool deleting = false) {
  auto made = std::make_shared<ServiceCIDR>();
  made->mutable_metadata()->set_name(name);
  for (const auto& cidr : cidrs) made->mutable_spec()->add_cidrs(cidr);
  if (deleting) set_now(*made->mutable_metadata()->mutable_deletiontimestamp());
  return made;
}

IPAddress address(const std::string& name, bool managed = true) {
  IPAddress made;
  made.mutable_metadata()->set_name(name);
  if (managed)
    (*made.mutable_metadata()->mutable_labels())["ipaddress.kubernetes.io/managed-by"] =
        "ipallocator.k8s.io";
  return made;
}

TEST(Ranges, AreCoveredByOthersThatStay) {
  const struct {
    const char* name;
    std::vector<std::string> cidrs;
    std::vector<std::string> others;
    bool deleting;
    bool covered;
  } cases[] = {
      {"alone", {"10.0.0.0/24"}, {}, false, false},
      {"the same", {"10.0.0.0/24"}, {"10.0.0.0/24"}, false, true},
      {"a larger one", {"10.0.0.0/24"}, {"10.0.0.0/16"}, false, true},
      {"a smaller one", {"10.0.0.0/24"}, {"10.0.0.0/25"}, false, false},
      {"one that goes too", {"10.0.0.0/24"}, {"10.0.0.0/16"}, true, false},
      {"one family of two", {"10.0.0.0/24", "fd00::/112"}, {"10.0.0.0/16"}, false, false},
      {"both", {"10.0.0.0/24", "fd00::/112"}, {"10.0.0.0/16", "fd00::/64"}, false, true},
  };
  for (const auto& c : cases) {
    const auto own = range("own", c.cidrs, true);
    const Ranges all = {own, range("other", c.others, c.deleting)};
    EXPECT_EQ(is_covered(*own, all), c.covered) << c.name;
  }
}

TEST(Ranges, AreHeldByAddressesOfAllocatorsThatOnlyTheyHave) {
  const auto own = range("own", {"10.0.0.0/24"}, true);
  const Ranges alone = {own, range("far", {"10.1.0.0/24"})};
  EXPECT_TRUE(holds(address("10.0.0.7"), *own, alone));
  EXPECT_FALSE(holds(address("10.1.0.7"), *own, alone));
  EXPECT_FALSE(holds(address("10.0.0.7", false), *own, alone)) << "somebody's own";
  const Ranges partly = {own, range("half", {"10.0.0.0/25"})};
  EXPECT_FALSE(holds(address("10.0.0.7"), *own, partly));
  EXPECT_TRUE(holds(address("10.0.0.200"), *own, partly));
  const Ranges leaving = {own, range("half", {"10.0.0.0/25"}, true)};
  EXPECT_TRUE(holds(address("10.0.0.7"), *own, leaving));
}

TEST(Ranges, SayWhetherTheyAreReady) {
  auto own = range("own", {"10.0.0.0/24"});
  EXPECT_TRUE(set_ready(*own));
  EXPECT_FALSE(set_ready(*own));
  EXPECT_TRUE(set_terminating(*own));
  EXPECT_FALSE(set_terminating(*own));
  ASSERT_EQ(own->status().conditions_size(), 1);
  const auto& condition = own->status().conditions(0);
  EXPECT_EQ(condition.status(), "False");
  EXPECT_EQ(condition.reason(), "Terminating");
  EXPECT_EQ(condition.message(),
            "There are still IPAddresses referencing the ServiceCIDR, please remove them or create "
            "a new ServiceCIDR");
  EXPECT_TRUE(condition.has_lasttransitiontime());
}

}  // namespace
}  // namespace kubus::servicecidr
