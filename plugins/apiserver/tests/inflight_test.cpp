#include "server/inflight.h"

#include <gtest/gtest.h>

namespace kubus::apiserver {
namespace {

RequestInfo request(const std::string& verb, const std::string& subresource = "") {
  RequestInfo info;
  info.verb = verb;
  info.subresource = subresource;
  return info;
}

TEST(Inflight, CountsReadsAndWritesApart) {
  InflightLimit limit(1, 2);
  const auto nobody = Identity::anonymous();
  const auto read = limit.admit(request("list"), nobody);
  EXPECT_TRUE(read);
  EXPECT_FALSE(limit.admit(request("get"), nobody));
  auto first = limit.admit(request("create"), nobody);
  const auto second = limit.admit(request("patch"), nobody);
  EXPECT_TRUE(first && second);
  EXPECT_FALSE(limit.admit(request("delete"), nobody));
  first.reset();
  EXPECT_TRUE(limit.admit(request("delete"), nobody));
}

TEST(Inflight, NeverTurnsAwayMastersOrCountsWhatLivesLong) {
  InflightLimit limit(1, 1);
  const auto nobody = Identity::anonymous();
  const Identity master{"root", {"system:masters"}, {}};
  const auto one = limit.admit(request("get"), nobody);
  const auto another = limit.admit(request("get"), master);
  EXPECT_TRUE(another);
  for (const auto& endless : {request("watch"), request("get", "log"), request("create", "exec")})
    EXPECT_TRUE(limit.admit(endless, nobody));
}

TEST(Inflight, ZeroIsNoLimit) {
  InflightLimit limit(0, 0);
  const auto one = limit.admit(request("get"), Identity::anonymous());
  EXPECT_TRUE(one && limit.admit(request("get"), Identity::anonymous()));
}

}  // namespace
}  // namespace kubus::apiserver
