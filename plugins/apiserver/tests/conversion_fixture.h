// A custom kind in two versions, between which a webhook of the test's own converts: what is
// spec.size in v1, which is stored, is spec.width in v2.
//
// Thread safety: one thread.
#pragma once

#include <gmock/gmock.h>

#include <memory>
#include <string>

#include "tests/conversion_hook.h"
#include "tests/webhook_fixture.h"

namespace kubus::apiserver {

class ConversionTest : public WebhooksTest {
 protected:
  static constexpr const char* kDefinitions = "apiextensions.k8s.io/customresourcedefinitions";

  void TearDown() override {
    if (IsSkipped()) return;
    WebhooksTest::TearDown();
    call("delete", kDefinitions, "", name());
    EXPECT_TRUE(testing::eventually([&] { return get(kDefinitions, "", name()).code == 404; }))
        << get(kDefinitions, "", name()).body;
  }

  // Each test has a kind of its own.
  std::string plural() const {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    std::string out = test->name();
    for (auto& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return out + "s";
  }
  std::string name() const { return plural() + ".conversion.example.com"; }
  std::string v1() const { return "conversion.example.com@v1/" + plural(); }
  std::string v2() const { return "conversion.example.com@v2/" + plural(); }

  static std::string version(const std::string& name, bool storage, const std::string& spec) {
    return R"({"name":")" + name + R"(","served":true,"storage":)" +
           (storage ? "true" : "false") +
           R"(,"subresources":{"status":{}},"schema":{"openAPIV3Schema":{"type":"object",)"
           R"("properties":{"spec":{"type":"object","properties":)" +
           spec + R"(},"status":{"type":"object","properties":{"phase":{"type":"string"}}}}}}})";
  }
  std::string conversion(const std::string& url) const {
    return R"("conversion":{"strategy":"Webhook","webhook":{"conversionReviewVersions":["v1"],)"
           R"("clientConfig":{"url":")" +
           url + R"(","caBundle":")" + server_.ca_bundle() + R"("}}})";
  }
  std::string definition(const std::string& url) const {
    return R"({"metadata":{"name":")" + name() + R"("},"spec":{"group":"conversion.example.com",)" +
           R"("scope":"Namespaced","names":{"plural":")" + plural() +
           R"(","kind":"Gauge","listKind":")" + plural() + R"(List"},"versions":[)" +
           version("v1", true,
                   R"({"size":{"type":"integer","minimum":1},"colour":{"type":"string",)"
                   R"("default":"red"}})") +
           "," +
           version("v2", false,
                   R"({"width":{"type":"integer","minimum":2},"colour":{"type":"string"}})") +
           "]," + conversion(url) + "}}";
  }
  void define() { define_at(server_.url("/convert")); }
  void define_at(const std::string& url) {
    auto body = definition(url);
    for (auto at = body.find("Gauge"); at != std::string::npos; at = body.find("Gauge", at))
      body.replace(at, 5, kind());
    const auto made = create(kDefinitions, "", body);
    ASSERT_EQ(made.code, 201) << made.body;
    ASSERT_TRUE(testing::eventually([&] {
      return get(kDefinitions, "", name()).body.find("InitialNamesAccepted") != std::string::npos;
    })) << get(kDefinitions, "", name()).body;
  }
  std::string kind() const { return "K" + plural(); }

  // The webhook works.
  void convert(const ConvertObject& how = rename_size) {
    server_.on_whole("/convert",
                     [how](const std::string& question) { return converted(question, how); });
  }
  using WebhooksTest::asked;
  std::size_t asked() const { return server_.questions("/convert").size(); }

  std::string object(const std::string& version, const std::string& name, const std::string& spec,
                     const std::string& metadata = "") const {
    return R"({"apiVersion":"conversion.example.com/)" + version + R"(","kind":")" + kind() +
           R"(","metadata":{"name":")" + name + "\"" + metadata + R"(},"spec":)" + spec + "}";
  }
  // Makes an object in v1, for which the webhook need not be there.
  void make(const std::string& name, int size, const std::string& metadata = "") {
    const auto made =
        create(v1(), "default",
               object("v1", name, R"({"size":)" + std::to_string(size) + "}", metadata));
    ASSERT_EQ(made.code, 201) << made.body;
  }
  // v2 becomes the version that is stored.
  void store_v2() {
    const auto moved = call("patch", kDefinitions, "", name(),
                            R"([{"op":"replace","path":"/spec/versions/0/storage","value":false},)"
                            R"({"op":"replace","path":"/spec/versions/1/storage","value":true}])",
                            {}, kJson);
    ASSERT_EQ(moved.code, 200) << moved.body;
  }
  std::string failure(const std::string& why, const std::string& from = "v1") const {
    return "conversion webhook for conversion.example.com/" + from + ", Kind=" + kind() + " " + why;
  }
};

}  // namespace kubus::apiserver
