// Which calls are left to the workers.
#include "registry/effort.h"

#include <gtest/gtest.h>

#include "cache/cluster_cache.h"
#include "registry/write_options.h"

namespace kubus::apiserver {
namespace {

using std::chrono::milliseconds;

class EffortsTest : public ::testing::Test {
 protected:
  EffortsTest() { cache_.reset(ClusterCache::Filling(cache_), 1); }
  // A config map of about so many bytes.
  void store(const std::string& ns, const std::string& name, std::size_t bytes) {
    ++revision_;
    cache_.apply({{"/registry/core/configmaps/" + ns + "/" + name,
                   R"({"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":")" + name +
                       R"(","namespace":")" + ns + R"(","uid":"u"},"data":{"a":")" +
                       std::string(bytes, 'x') + R"("}})",
                   revision_}},
                 revision_);
  }
  Call call(const std::string& verb, const std::string& ns, const std::string& name,
            const std::string& query = "") {
    Call call;
    call.info.verb = verb;
    call.info.ns = ns;
    call.info.name = name;
    call.query = Query::parse(query);
    call.resource = find_resource("", "v1", "configmaps");
    call.cache = cache_.find(*call.resource);
    return call;
  }

  ClusterCache cache_{10};
  std::int64_t revision_ = 1;
};

TEST_F(EffortsTest, BodiesAndWhatTheyChangeCount) {
  store("a", "large", 20'000);
  store("a", "small", 20);
  EXPECT_TRUE(is_large(call("patch", "a", "large")));
  EXPECT_TRUE(is_large(call("delete", "a", "large")));
  EXPECT_FALSE(is_large(call("update", "a", "small")));
  EXPECT_FALSE(is_large(call("update", "a", "none")));
  auto sent = call("delete", "a", "small");
  sent.body = Bytes(std::string(20'000, ' '));
  EXPECT_TRUE(is_large(sent));
  // What may come to more than it says.
  sent = call("patch", "a", "small");
  sent.body = Bytes(std::string("[]"));
  sent.patch_type = kJsonPatch;
  EXPECT_TRUE(is_large(sent));
  sent.patch_type = kApplyPatch;
  EXPECT_TRUE(is_large(sent));
  sent.body = Bytes(std::string("{}"));
  EXPECT_FALSE(is_large(sent));
}

TEST_F(EffortsTest, ReadsCountByWhatHasToBeWrittenAnew) {
  store("a", "large", 200'000);
  auto read = call("get", "a", "large");
  EXPECT_FALSE(is_large(read));
  read.accepted.format = Format::kYaml;
  EXPECT_TRUE(is_large(read));
  read.accepted.format = Format::kProtobuf;
  EXPECT_TRUE(is_large(read));
  EXPECT_FALSE(is_large(call("watch", "a", "")));
}

TEST_F(EffortsTest, ListsCountByWhatTheyGoThrough) {
  for (int i = 0; i < 6; ++i) store("b", "large-" + std::to_string(i), 200'000);
  for (int i = 0; i < 110; ++i) store("a", "small-" + std::to_string(i), 20);
  EXPECT_FALSE(is_large(call("list", "a", "")));
  EXPECT_TRUE(is_large(call("list", "", "")));
  EXPECT_TRUE(is_large(call("list", "b", "")));
  EXPECT_FALSE(is_large(call("list", "b", "", "limit=4")));
  EXPECT_TRUE(is_large(call("list", "b", "", "limit=4&continue=x")));
  auto table = call("list", "a", "");
  table.accepted.view = View::kTable;
  EXPECT_TRUE(is_large(table));
  table = call("list", "a", "", "limit=50");
  table.accepted.view = View::kTable;
  EXPECT_FALSE(is_large(table));
}

TEST_F(EffortsTest, OneThatTakesLongStandsForThoseLikeIt) {
  Efforts efforts;
  const auto create = call("create", "a", ""), update = call("update", "a", "x");
  EXPECT_FALSE(efforts.takes_long(create));
  efforts.note(create, milliseconds(2));
  EXPECT_FALSE(efforts.takes_long(create));
  efforts.note(create, milliseconds(20));
  EXPECT_TRUE(efforts.takes_long(create));
  EXPECT_TRUE(efforts.takes_long(call("create", "b", "")));
  EXPECT_FALSE(efforts.takes_long(update));
  for (int i = 0; i < 99; ++i) efforts.note(create, milliseconds(1));
  EXPECT_TRUE(efforts.takes_long(create));
  efforts.note(create, milliseconds(1));
  EXPECT_FALSE(efforts.takes_long(create));
}

TEST_F(EffortsTest, LargeCallsAndReadsStandForNoOthers) {
  Efforts efforts;
  auto large = call("create", "a", "");
  large.large = true;
  efforts.note(large, milliseconds(50));
  EXPECT_FALSE(efforts.takes_long(call("create", "a", "")));
  for (const char* verb : {"get", "list"}) {
    efforts.note(call(verb, "a", "x"), milliseconds(50));
    EXPECT_FALSE(efforts.takes_long(call(verb, "a", "x"))) << verb;
  }
  auto connection = call("get", "a", "x");
  connection.info.subresource = "proxy";
  efforts.note(connection, milliseconds(50));
  EXPECT_TRUE(efforts.takes_long(connection));
}

}  // namespace
}  // namespace kubus::apiserver
