// Clients that do not wait for their answers: other servers are not left with questions of nobody.
#include <gmock/gmock.h>

#include <sstream>

#include "tests/conversion_fixture.h"

namespace kubus::apiserver {
namespace {

using testing::eventually;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* kConfigMaps = "/api/v1/namespaces/default/configmaps";

class LeavingClientTest : public ConversionTest {
 protected:
  void SetUp() override {
    ConversionTest::SetUp();
    if (IsSkipped()) return;
    server_.hang("/slow");
    server_.on("/slow", [](const std::string&) { return std::string(R"("allowed":true)"); });
    server_.on("/next", [](const std::string&) { return std::string(R"("allowed":true)"); });
    before_ = ended();
  }
  // Patient ones: what happens soon happens because the client is gone.
  std::string slow(const std::string& name, const std::string& more = {}) const {
    return hook(name, "/slow", R"("timeoutSeconds":30)" + (more.empty() ? "" : "," + more));
  }
  static std::string post(const std::string& name, const std::string& query = "") {
    const auto body = R"({"metadata":{"name":")" + name + "\"}}";
    return "POST " + std::string(kConfigMaps) + query +
           " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n"
           "Content-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + body;
  }
  void await_question(const std::string& path = "/slow", std::size_t count = 1) const {
    ASSERT_TRUE(eventually([&] { return server_.questions(path).size() == count; }));
  }
  void expect_given_up(const std::string& path = "/slow", std::size_t count = 1) const {
    EXPECT_TRUE(eventually([&] { return server_.given_up(path) == count; }));
  }
  std::string metrics() const { return body_of(exchange("GET", "/metrics")); }
  // How many creations of config maps have come to nothing, in their own time.
  std::size_t ended() const {
    std::istringstream text(metrics());
    std::size_t count = 0;
    for (std::string line; std::getline(text, line);)
      if (line.starts_with("apiserver_request_total{") &&
          line.find("code=\"504\"") != std::string::npos &&
          line.find("resource=\"configmaps\"") != std::string::npos)
        count += std::stoul(line.substr(line.rfind(' ') + 1));
    return count;
  }
  void expect_nothing_made(const std::string& name) const {
    EXPECT_TRUE(eventually([&] { return ended() == before_ + 1; })) << metrics();
    EXPECT_EQ(get("/configmaps", "default", name).code, 404);
    EXPECT_THAT(metrics(), Not(HasSubstr("{error_type=\"calling_webhook_error\",name=\"gone.")));
    EXPECT_THAT(metrics(), Not(HasSubstr("fail_open_count{name=\"gone.")));
  }

 private:
  std::size_t before_ = 0;
};

TEST_F(LeavingClientTest, OfAConnectionThatIsClosed) {
  for (const char* policy : {"Fail", "Ignore"}) {
    SCOPED_TRACE(policy);
    const auto more = std::string(R"("failurePolicy":")") + policy + "\"";
    configure(kMutating, "gone", slow("gone", more) + "," + hook("next", "/next"));
    const auto asked = server_.questions("/slow").size();
    const auto failed = ended();
    auto client = connect();
    client->send(post("closed"));
    await_question("/slow", asked + 1);
    client.reset();
    expect_given_up("/slow", asked + 1);
    // The policy is not what decides: nothing is made, and nobody else is asked.
    EXPECT_TRUE(eventually([&] { return ended() == failed + 1; })) << metrics();
    EXPECT_EQ(get("/configmaps", "default", "closed").code, 404);
    EXPECT_THAT(server_.questions("/next"), IsEmpty());
    call("delete", kMutating, "", "gone");
  }
  EXPECT_THAT(metrics(), Not(HasSubstr("fail_open_count{name=\"gone.")));
}

TEST_F(LeavingClientTest, OfAStreamThatIsReset) {
  configure(kValidating, "gone", slow("gone", R"("failurePolicy":"Ignore")"));
  auto client = connect_http2();
  const auto stream = client->begin("POST", kConfigMaps, {{"content-type", "application/json"}},
                                    R"({"metadata":{"name":"reset"}})");
  client->flush();
  await_question();
  client->cancel(stream);
  client->flush();
  expect_given_up();
  expect_nothing_made("reset");
  EXPECT_EQ(client->get("/version").status, 200);
}

TEST_F(LeavingClientTest, WhoseTimeIsOver) {
  configure(kMutating, "gone", slow("gone"));
  auto client = connect();
  client->send(post("late", "?timeout=300ms"));
  EXPECT_EQ(status(client->rest()), 504);
  expect_given_up();
  expect_nothing_made("late");
  auto other = connect_http2();
  const auto stream = other->begin("POST", std::string(kConfigMaps) + "?timeout=300ms",
                                   {{"content-type", "application/json"}},
                                   R"({"metadata":{"name":"late"}})");
  EXPECT_EQ(other->finish(stream).status, 504);
  expect_given_up("/slow", 2);
}

TEST_F(LeavingClientTest, WhoWaitForAConversionThatOthersWaitForToo) {
  convert();
  define();
  make("a", 5);
  server_.hang("/convert");
  const auto before = server_.questions("/convert").size();
  const auto path = "/apis/conversion.example.com/v2/namespaces/default/" + plural() + "/a";
  auto first = connect_http2(), second = connect_http2();
  const auto one = first->begin("GET", path);
  await_question("/convert", before + 1);
  const auto other = second->begin("GET", path);
  // What a connection has sent is seen in order.
  EXPECT_EQ(second->get("/version").status, 200);
  first->cancel(one);
  EXPECT_EQ(first->get("/version").status, 200);
  EXPECT_EQ(status(exchange("GET", path + "?timeout=300ms")), 504);
  EXPECT_EQ(server_.given_up("/convert"), 0U);
  second->cancel(other);
  expect_given_up("/convert");
  EXPECT_EQ(server_.questions("/convert").size(), before + 1);
  // Whoever comes then asks anew.
  server_.let_go("/convert");
  EXPECT_EQ(get(v2(), "default", "a").at("spec.width"), "5");
}

TEST_F(LeavingClientTest, WhoWaitForWhatIsToBeStored) {
  convert();
  define();
  server_.hang("/convert");
  const auto before = server_.questions("/convert").size();
  const auto body = object("v2", "b", R"({"width":5})");
  auto client = connect();
  client->send("POST /apis/conversion.example.com/v2/namespaces/default/" + plural() +
               " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: " +
               std::to_string(body.size()) + "\r\n\r\n" + body);
  await_question("/convert", before + 1);
  client.reset();
  expect_given_up("/convert");
  server_.let_go("/convert");
  EXPECT_EQ(get(v1(), "default", "b").code, 404);
}

}  // namespace
}  // namespace kubus::apiserver
