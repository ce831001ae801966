// Expressions about rights: what is asked, and what becomes of the answer.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cel/access.h"
#include "cel/program.h"

namespace kubus::apiserver::cel {
namespace {

using ::testing::HasSubstr;

// Lets pass what is read, and keeps the last question.
class Recorder final : public AccessAuthority {
 public:
  AccessDecision decide(const AccessCheck& check) const override {
    last = check;
    if (check.verb == "break") return {false, "", "out of order"};
    return {check.verb == "get", "because of '" + check.verb + "'", ""};
  }
  mutable AccessCheck last;
};

class CelAccess : public ::testing::Test {
 protected:
  Outcome run(std::string_view text) {
    const auto program = Program::compile(text, {{"authorizer", authorizer_type()},
                                                 {"authorizer.requestResource",
                                                  resource_check_type()}});
    if (!program.ok()) return {Value::error(program.error())};
    AccessCheck request;
    request.is_resource = true;
    request.group = "apps";
    request.resource = "deployments";
    request.ns = "here";
    request.name = "web";
    const std::vector<Value> values = {authorizer_value(recorder),
                                       resource_check_value(recorder, request)};
    return program.run(values);
  }
  std::shared_ptr<Recorder> recorder = std::make_shared<Recorder>();
};

TEST_F(CelAccess, AsksAboutResources) {
  const auto outcome = run(
      "authorizer.group('batch').resource('jobs').subresource('status').namespace('n').name('j')"
      ".fieldSelector('a=b').labelSelector('c in (d)').check('get').allowed()");
  EXPECT_TRUE(outcome.value.is_true()) << outcome.value.as_text();
  const auto& last = recorder->last;
  EXPECT_TRUE(last.is_resource);
  EXPECT_EQ(last.group + "/" + last.resource + "/" + last.subresource, "batch/jobs/status");
  EXPECT_EQ(last.ns + "/" + last.name + "/" + last.verb, "n/j/get");
  EXPECT_EQ(last.field_selector + ";" + last.label_selector, "a=b;c in (d)");
  EXPECT_GE(outcome.cost, 350'000u);
}

TEST_F(CelAccess, AsksAboutPathsAndServiceAccounts) {
  EXPECT_TRUE(run("authorizer.serviceAccount('ns', 'sa').path('/healthz').check('get').allowed()")
                  .value.is_true());
  EXPECT_FALSE(recorder->last.is_resource);
  EXPECT_EQ(recorder->last.path, "/healthz");
  EXPECT_EQ(recorder->last.account_namespace + "/" + recorder->last.account_name, "ns/sa");
}

TEST_F(CelAccess, AsksAboutTheResourceOfTheRequest) {
  EXPECT_TRUE(run("!authorizer.requestResource.check('delete').allowed()").value.is_true());
  EXPECT_EQ(recorder->last.group + "/" + recorder->last.resource, "apps/deployments");
  EXPECT_EQ(recorder->last.ns + "/" + recorder->last.name, "here/web");
  EXPECT_TRUE(run("authorizer.requestResource.subresource('scale').check('get').reason() == "
                  "\"because of 'get'\"")
                  .value.is_true());
  EXPECT_EQ(recorder->last.subresource, "scale");
}

TEST_F(CelAccess, TellsErrorsApart) {
  EXPECT_TRUE(run("authorizer.requestResource.check('break').errored()").value.is_true());
  EXPECT_TRUE(run("authorizer.requestResource.check('break').error() == 'out of order'")
                  .value.is_true());
  EXPECT_TRUE(run("!authorizer.requestResource.check('get').errored()").value.is_true());
}

TEST_F(CelAccess, RefusesWhatCannotBeAsked) {
  struct Case {
    const char* text;
    const char* error;
  };
  constexpr Case kCases[] = {
      {"authorizer.path(' ').check('get').allowed()", "path must not be empty"},
      {"authorizer.group('').resource('').check('get').allowed()", "resource must not be empty"},
      {"authorizer.serviceAccount('ns', 'A').path('/').check('get').allowed()",
       "Invalid service account name"},
      {"authorizer.serviceAccount('N', 'a').path('/').check('get').allowed()",
       "Invalid service account namespace"},
      {"authorizer.check('get').allowed()",
       "found no matching overload for 'check' applied to "
       "'kubernetes.authorization.Authorizer.(string)'"},
      {"authorizer.path('/').name('x').check('get').allowed()", "found no matching overload"},
  };
  for (const auto& one : kCases) {
    const auto outcome = run(one.text);
    ASSERT_TRUE(outcome.value.is_error()) << one.text;
    EXPECT_THAT(std::string(outcome.value.as_text()), HasSubstr(one.error));
  }
}

TEST_F(CelAccess, ThreeQuestionsAreTooManyForOneExpression) {
  const std::string once = "authorizer.requestResource.check('get').allowed()";
  EXPECT_FALSE(run(once + " && " + once).over_limit);
  EXPECT_TRUE(run(once + " && " + once + " && " + once).over_limit);
}

}  // namespace
}  // namespace kubus::apiserver::cel
