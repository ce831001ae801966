// Configurations of webhooks as they are written: what is refused, what is filled in.
#include <gmock/gmock.h>

#include "tests/webhook_fixture.h"

namespace kubus::apiserver {
namespace {

using ::testing::HasSubstr;

class WebhookConfigurationTest : public WebhooksTest {
 protected:
  static Reply make(const char* kind, const std::string& hooks) {
    return create(kind, "", R"({"metadata":{"name":"made"},"webhooks":[)" + hooks + "]}");
  }
  static std::string condition(const std::string& expression) {
    return R"("matchConditions":[{"name":"c","expression":")" + expression + R"("}])";
  }
};

TEST_F(WebhookConfigurationTest, IsCompletedAndRefusedAsAWhole) {
  for (const auto* kind : {kMutating, kValidating}) {
    const auto made = make(kind, hook("a", "/a"));
    ASSERT_EQ(made.code, 201) << made.body;
    for (const auto* completed :
         {R"("failurePolicy":"Fail")", R"("matchPolicy":"Equivalent")", R"("timeoutSeconds":10)",
          R"("scope":"*")", R"("namespaceSelector":{},"objectSelector":{})"})
      EXPECT_THAT(made.body, HasSubstr(completed));
    EXPECT_EQ(made.body.find(R"("reinvocationPolicy":"Never")") != std::string::npos,
              kind == kMutating);
    EXPECT_EQ(made.at("metadata.generation"), "1");
    EXPECT_EQ(call("delete", kind, "", "made").code, 200);
  }
  const auto refused = make(kValidating, hook("b", "/b", R"("sideEffects":"Some")"));
  EXPECT_EQ(refused.code, 422);
  EXPECT_EQ(refused.at("message"),
            "ValidatingWebhookConfiguration.admissionregistration.k8s.io \"made\" is invalid: "
            "webhooks[0].sideEffects: Unsupported value: \"Some\": supported values: \"None\", "
            "\"NoneOnDryRun\"");
}

TEST_F(WebhookConfigurationTest, HasConditionsThatCompile) {
  for (const auto* kind : {kMutating, kValidating}) {
    EXPECT_EQ(make(kind, hook("a", "/a", condition(" request.operation == 'CREATE' "))).code, 201);
    EXPECT_EQ(call("delete", kind, "", "made").code, 200);
    const struct {
      const char *expression, *detail;
    } kCases[] = {
        {"object.", "compilation failed: ERROR: <input>:1:"},
        {"nobody == 1", "compilation failed: ERROR: <input>:1:1: undeclared reference to 'nobody'"},
        {"params == null", "undeclared reference to 'params'"},
        {"variables.x == 1", "undeclared reference to 'variables'"},
        {"'text'", "must evaluate to bool"},
        {"object.spec", "must evaluate to bool"},
    };
    for (const auto& one : kCases) {
      const auto refused = make(kind, hook("a", "/a", condition(one.expression)));
      EXPECT_EQ(refused.code, 422) << one.expression << refused.body;
      EXPECT_THAT(refused.at("message"),
                  HasSubstr(std::string("webhooks[0].matchConditions[0].expression: Invalid "
                                        "value: \"") +
                            one.expression + "\": "));
      EXPECT_THAT(refused.at("message"), HasSubstr(one.detail));
    }
  }
}

TEST_F(WebhookConfigurationTest, ChangesByItsVersionAndCountsItsChanges) {
  const auto made = make(kMutating, hook("a", "/a"));
  ASSERT_EQ(made.code, 201) << made.body;
  const auto blind = call("update", kMutating, "", "made",
                          R"({"metadata":{"name":"made"},"webhooks":[)" + hook("a", "/b") + "]}");
  EXPECT_EQ(blind.code, 422) << blind.body;
  EXPECT_THAT(blind.at("message"), HasSubstr("must be specified for an update"));
  const auto changed = call("patch", kMutating, "", "made",
                            R"({"webhooks":[)" + hook("a", "/b") + "]}", {}, kMerge);
  EXPECT_EQ(changed.code, 200) << changed.body;
  EXPECT_EQ(changed.at("metadata.generation"), "2");
  const auto worse = call("patch", kMutating, "", "made",
                          R"({"webhooks":[)" + hook("a", "/b", R"("timeoutSeconds":31)") + "]}", {},
                          kMerge);
  EXPECT_EQ(worse.code, 422) << worse.body;
}

}  // namespace
}  // namespace kubus::apiserver
