#include "client_memory.h"

#include <gtest/gtest.h>

#include "builders.h"

namespace kubus::proxy_nftables {
namespace {

TEST(ClientMemory, KeepsTheClientsOfSetsThatStillExist) {
  Service web = service("web", "10.96.0.1", 80);
  web.client_affinity = true;
  const EndpointSlice endpoints = slice("web", {"10.1.0.2"}, 8080);
  Table table{TableOptions{}};
  const Fragment fragment = build_fragment(web, {&endpoints}, table.options(), nullptr);
  const std::string name = fragment.sets.begin()->first;
  table.stage(web.key, fragment);
  const auto set = [](const std::string& name, const std::string& elements) {
    return R"({"set":{"family":"ip","name":")" + name +
           R"(","table":"kubus-proxy","timeout":10800)" + elements + "}}";
  };
  const std::string client = R"(,"elem":[{"elem":{"val":"192.0.2.9",)";
  const std::string listing = R"({"nftables":[{"metainfo":{}},)" +
                              set("cluster-ips", R"(,"elem":["10.96.0.1"])") + "," +
                              set("clients-gone", client + R"("expires":9}}])") + "," +
                              set(name, client + R"("expires":77}}])") + "]}";
  EXPECT_EQ(remembered_clients(listing, table),
            "add element ip kubus-proxy " + name + " { 192.0.2.9 timeout 10800s expires 77s }\n");
  EXPECT_EQ(remembered_clients(R"({"nftables":[)" + set(name, client + R"("expires":0}}])") + "]}",
                               table),
            "");
  EXPECT_EQ(remembered_clients("nonsense", table), "");
}

}  // namespace
}  // namespace kubus::proxy_nftables
