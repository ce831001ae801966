// The API over HTTP/2: what clients of the reference do with one connection.
#include <gmock/gmock.h>

#include "http2_client.h"
#include "tests/https_fixture.h"

namespace kubus::apiserver {
namespace {

using ::testing::HasSubstr;

class Http2ApiTest : public HttpsTest {
 protected:
  static constexpr const char* kConfigMaps = "/api/v1/namespaces/default/configmaps";
};

TEST_F(Http2ApiTest, WatchesAndWritesOnOneConnection) {
  auto client = connect_http2();
  const auto watch = client->begin("GET", std::string(kConfigMaps) + "?watch=1");
  const auto body = R"({"metadata":{"name":"over-http2"}})";
  const auto& created = client->finish(
      client->begin("POST", kConfigMaps, {{"content-type", "application/json"}}, body));
  EXPECT_EQ(created.status, 201);
  EXPECT_EQ(created.headers.at("content-type"), "application/json");
  while (client->until(watch, "}\n").body.find(R"("name":"over-http2")") == std::string::npos)
    client->read();
  EXPECT_FALSE(client->answer(watch).closed);
  EXPECT_EQ(
      client->finish(client->begin("DELETE", std::string(kConfigMaps) + "/over-http2")).status,
      200);
  while (client->until(watch, "}\n").body.find(R"({"type":"DELETED")") == std::string::npos)
    client->read();
  client->cancel(watch);
  EXPECT_EQ(client->get(std::string(kConfigMaps) + "/over-http2").status, 404);
}

TEST_F(Http2ApiTest, AWatchThatIsToEndEnds) {
  auto client = connect_http2();
  const auto& watch = client->get(std::string(kConfigMaps) + "?watch=1&timeoutSeconds=1");
  EXPECT_EQ(watch.status, 200);
  EXPECT_EQ(watch.error, 0U);
}

TEST_F(Http2ApiTest, RefusesAsOverTheOtherVersion) {
  auto client = connect_http2();
  const auto large = client->begin("POST", kConfigMaps, {{"content-type", "application/json"}},
                                   std::string(3'200'000, 'x'));
  const auto& answer = client->finish(large);
  EXPECT_EQ(answer.status, 413);
  EXPECT_THAT(answer.body, HasSubstr(R"("reason":"RequestEntityTooLarge")"));
  EXPECT_EQ(client->get("/nonsense").status, 404);
  EXPECT_EQ(client->get(std::string(kConfigMaps) + "/%zz").status, 400);
}

}  // namespace
}  // namespace kubus::apiserver
