// ValidatingAdmissionPolicy and its bindings.
#include <gmock/gmock.h>

#include <boost/json.hpp>

#include "eventually.h"
#include "tests/api_fixture.h"

namespace kubus::apiserver {
namespace {

using ::testing::HasSubstr;

constexpr const char* kPolicies = "admissionregistration.k8s.io/validatingadmissionpolicies";
constexpr const char* kBindings = "admissionregistration.k8s.io/validatingadmissionpolicybindings";

class PolicyTest : public ApiTest {
 protected:
  // About config maps of these names; `rest` is more of the spec.
  static Reply policy(const std::string& name, const std::string& about, const std::string& rest) {
    return create(kPolicies, "",
                  R"({"metadata":{"name":")" + name +
                      R"("},"spec":{"matchConstraints":{"resourceRules":[{"apiGroups":[""],)"
                      R"("apiVersions":["v1"],"operations":["CREATE","UPDATE"],)"
                      R"("resources":["configmaps"],"resourceNames":[)" +
                      about + "]}]}," + rest + "}}");
  }
  static Reply bind(const std::string& policy, const std::string& actions,
                    const std::string& more = {}) {
    return create(kBindings, "",
                  R"({"metadata":{"name":")" + policy + R"("},"spec":{"policyName":")" + policy +
                      R"(","validationActions":[)" + actions + "]" + more + "}}");
  }
  // The status of a policy once it is that of its generation.
  static boost::json::value status_of(const std::string& name, const std::string& generation) {
    std::string status;
    EXPECT_TRUE(testing::eventually([&] {
      const auto policy = get(kPolicies, "", name);
      status = std::string(json_at(policy.body, "status"));
      return policy.at("status.observedGeneration") == generation;
    })) << name;
    return boost::json::parse(status);
  }
};

TEST_F(PolicyTest, DeniesWhatItsExpressionsDeny) {
  ASSERT_EQ(policy("sizes", R"("p1","p2","p3")",
                   R"j("variables":[{"name":"n","expression":"int(object.data.size)"}],)j"
                   R"j("validations":[{"expression":"variables.n <= 5"},)j"
                   R"j({"expression":"variables.n != 3","messageExpression":)j"
                   R"j("'not ' + string(variables.n)","reason":"Forbidden"}])j")
                .code,
            201);
  // Nobody is bound by it yet.
  EXPECT_EQ(config_map("p1", R"(},"data":{"size":"9")").code, 201);
  ASSERT_EQ(bind("sizes", R"("Deny")").code, 201);
  const auto large = config_map("p2", R"(},"data":{"size":"6")");
  EXPECT_EQ(large.code, 422) << large.body;
  EXPECT_EQ(large.at("reason"), "Invalid");
  EXPECT_EQ(large.at("message"),
            "configmaps \"p2\" is forbidden: ValidatingAdmissionPolicy 'sizes' with binding "
            "'sizes' denied request: failed expression: variables.n <= 5");
  const auto three = config_map("p2", R"(},"data":{"size":"3")");
  EXPECT_EQ(three.code, 403) << three.body;
  EXPECT_THAT(three.at("message"), HasSubstr("denied request: not 3"));
  const auto none = config_map("p2");
  EXPECT_EQ(none.code, 422) << none.body;
  EXPECT_THAT(none.at("message"), HasSubstr("resulted in error: no such key: data"));
  EXPECT_EQ(config_map("p2", R"(},"data":{"size":"4")").code, 201);
  const auto update =
      call("patch", "/configmaps", "default", "p2", R"({"data":{"size":"7"}})", {}, kMerge);
  EXPECT_EQ(update.code, 422) << update.body;
  EXPECT_EQ(config_map("other", R"(},"data":{"size":"9")").code, 201) << "no rule names it";
}

TEST_F(PolicyTest, WarnsAndLooksAtConditionsAndWhoAsks) {
  ASSERT_EQ(policy("warned", R"("w1","w2")",
                   R"j("matchConditions":[{"name":"c","expression":)j"
                   R"j("object.metadata.name != 'w2'"}],"validations":[{"expression":)j"
                   R"j("request.operation != 'CREATE' || namespaceObject.metadata.name == 'x'",)j"
                   R"j("message":"no new ones"}])j")
                .code,
            201);
  ASSERT_EQ(bind("warned", R"("Warn")").code, 201);
  const auto warned = config_map("w1");
  EXPECT_EQ(warned.code, 201) << warned.body;
  ASSERT_EQ(warned.warnings.size(), 1u);
  EXPECT_EQ(warned.warnings[0],
            "Validation failed for ValidatingAdmissionPolicy 'warned' with binding 'warned': no "
            "new ones");
  EXPECT_TRUE(config_map("w2").warnings.empty());
}

TEST_F(PolicyTest, ComputesLongChainsOfVariables) {
  std::string variables = R"({"name":"v0","expression":"1"})";
  for (int i = 1; i < 3000; ++i)
    variables += R"(,{"name":"v)" + std::to_string(i) + R"(","expression":"variables.v)" +
                 std::to_string(i - 1) + R"( + 1"})";
  ASSERT_EQ(policy("chained", R"("v1")",
                   "\"variables\":[" + variables +
                       R"(],"validations":[{"expression":"variables.v2999 == 1"}])")
                .code,
            201);
  ASSERT_EQ(bind("chained", R"("Deny")").code, 201);
  EXPECT_THAT(config_map("v1").at("message"), HasSubstr("failed expression: variables.v2999 == 1"));
}

TEST_F(PolicyTest, TakesParametersFromObjects) {
  ASSERT_EQ(policy("bounded", R"("b1")",
                   R"j("paramKind":{"apiVersion":"v1","kind":"ConfigMap"},"validations":)j"
                   R"j([{"expression":"object.data.v <= params.data.most"}])j")
                .code,
            201);
  ASSERT_EQ(bind("bounded", R"("Deny")",
                 R"(,"paramRef":{"name":"bounds","parameterNotFoundAction":"Deny"})")
                .code,
            201);
  const auto missing = config_map("b1", R"(},"data":{"v":"a")");
  EXPECT_THAT(missing.at("message"), HasSubstr("no params found for policy binding with `Deny`"));
  ASSERT_EQ(config_map("bounds", R"(},"data":{"most":"m")").code, 201);
  EXPECT_EQ(config_map("b1", R"(},"data":{"v":"n")").code, 422);
  EXPECT_EQ(config_map("b1", R"(},"data":{"v":"l")").code, 201);
}

TEST_F(PolicyTest, TakesParametersByTheirLabels) {
  ASSERT_EQ(policy("chosen", R"("s1","s2")",
                   R"j("paramKind":{"apiVersion":"v1","kind":"ConfigMap"},"validations":)j"
                   R"j([{"expression":"object.metadata.name != params.data.not"}])j")
                .code,
            201);
  ASSERT_EQ(bind("chosen", R"("Deny")",
                 R"(,"paramRef":{"selector":{"matchLabels":{"role":"bound"}},)"
                 R"("parameterNotFoundAction":"Allow"})")
                .code,
            201);
  EXPECT_EQ(config_map("s1").code, 201) << "nothing is chosen, which is allowed";
  const auto bounds = R"(,"labels":{"role":"bound"}},"data":{"not":"s2")";
  ASSERT_EQ(config_map("s-bounds", bounds).code, 201);
  ASSERT_EQ(config_map("s-other", R"(},"data":{"not":"s1")").code, 201);
  EXPECT_EQ(config_map("s2").code, 422);
}

TEST_F(PolicyTest, CanBeIgnoredWhereItFails) {
  ASSERT_EQ(policy("lenient", R"("i1","i2")",
                   R"j("failurePolicy":"Ignore","validations":[)j"
                   R"j({"expression":"object.data.v == 'a'"}])j")
                .code,
            201);
  ASSERT_EQ(bind("lenient", R"("Deny")").code, 201);
  EXPECT_EQ(config_map("i1").code, 201) << "there is no data to look at";
  EXPECT_EQ(config_map("i2", R"(},"data":{"v":"b")").code, 422);
}

TEST_F(PolicyTest, OfANewVersionHolds) {
  ASSERT_EQ(
      policy("changing", R"("n1","n2","n3")", R"("validations":[{"expression":"false"}])").code,
      201);
  ASSERT_EQ(bind("changing", R"("Deny")").code, 201);
  EXPECT_EQ(config_map("n1").code, 422);
  const auto patched = call("patch", kPolicies, "", "changing",
                            R"({"spec":{"validations":[{"expression":"true"}]}})", {}, kMerge);
  ASSERT_EQ(patched.code, 200) << patched.body;
  EXPECT_EQ(config_map("n1").code, 201);
  ASSERT_EQ(call("delete", kPolicies, "", "changing").code, 200);
  EXPECT_EQ(config_map("n2").code, 201) << "a binding without its policy binds nothing";
  ASSERT_EQ(policy("changing", R"("n3")", R"("validations":[{"expression":"false"}])").code, 201);
  EXPECT_EQ(config_map("n3").code, 422) << "another of that name";
}

TEST_F(PolicyTest, IsRefusedWhenItDoesNotCompile) {
  const auto bad = policy("bad", R"("x")", R"("validations":[{"expression":"nothing > 1"}])");
  EXPECT_EQ(bad.code, 422) << bad.body;
  EXPECT_THAT(bad.at("message"), HasSubstr("spec.validations[0].expression: Invalid value:"));
  EXPECT_THAT(bad.at("message"), HasSubstr("undeclared reference to 'nothing'"));
}

TEST_F(PolicyTest, AsksWhatTheClientAndOthersMayDo) {
  ASSERT_EQ(create("rbac.authorization.k8s.io/clusterroles", "",
                   R"({"metadata":{"name":"scaler"},"rules":[{"apiGroups":["apps"],"resources":)"
                   R"(["deployments/scale"],"verbs":["update"]}]})")
                .code,
            201);
  ASSERT_EQ(create("rbac.authorization.k8s.io/rolebindings", "default",
                   R"({"metadata":{"name":"scaler"},"subjects":[{"kind":"ServiceAccount","name":)"
                   R"("scaler","namespace":"default"}],"roleRef":{"apiGroup":)"
                   R"("rbac.authorization.k8s.io","kind":"ClusterRole","name":"scaler"}})")
                .code,
            201);
  const std::string may =
      "authorizer.serviceAccount('default', object.data.who).group('apps').resource('deployments')"
      ".subresource('scale').namespace('default').check('update')";
  ASSERT_EQ(policy("asking", R"("a1","a2","a3")",
                   R"j("matchConditions":[{"name":"own","expression":)j"
                   R"j("authorizer.requestResource.check('create').allowed()"}],)j"
                   R"j("validations":[{"expression":")j" +
                       may + R"j(.allowed()","messageExpression":"'no: ' + )j" + may +
                       R"j(.error()"}])j")
                .code,
            201);
  ASSERT_EQ(bind("asking", R"("Deny")").code, 201);
  EXPECT_EQ(config_map("a1", R"(},"data":{"who":"scaler")").code, 201);
  const auto other = config_map("a2", R"(},"data":{"who":"other")");
  EXPECT_EQ(other.code, 422) << other.body;
  EXPECT_THAT(other.at("message"), HasSubstr("denied request: no:"));
  const auto nobody = config_map("a3", R"(},"data":{"who":"A")");
  EXPECT_THAT(nobody.at("message"), HasSubstr("resulted in error: Invalid service account name"));
}

TEST_F(PolicyTest, SeesWhatTheRequestSays) {
  ASSERT_EQ(policy("typed", R"("t1")",
                   R"j("validations":[{"expression":"request.kind.kind == 'ConfigMap' && )j"
                   R"j(request.resource.resource == 'configmaps' && request.name == 't1' && )j"
                   R"j(request.namespace == 'default' && !has(request.subResource) && )j"
                   R"j(request.options.kind == 'CreateOptions' && !has(request.options.dryRun) && )j"
                   R"j(size(request.userInfo.groups) > 0 && )j"
                   R"j(namespaceObject.metadata.labels['kubernetes.io/metadata.name'] == )j"
                   R"j('default'"}])j")
                .code,
            201);
  ASSERT_EQ(bind("typed", R"("Deny")").code, 201);
  const auto made = config_map("t1");
  EXPECT_EQ(made.code, 201) << made.body;
}

TEST_F(PolicyTest, IsRefusedWhereItsTypesDoNotFit) {
  const struct {
    const char* rest;
    const char* error;
  } kCases[] = {
      {R"("validations":[{"expression":"object.spec.on"}])",
       "spec.validations[0].expression: Invalid value: \"object.spec.on\": must evaluate to bool "
       "but got dyn"},
      {R"("validations":[{"expression":"request.nothing == ''"}])", "undefined field 'nothing'"},
      {R"("validations":[{"expression":"namespaceObject.kind == ''"}])", "undefined field 'kind'"},
      {R"("validations":[{"expression":"params.x == 1"}])",
       "undeclared reference to 'params' (in container '')"},
      {R"("validations":[{"expression":"true","messageExpression":"1"}])",
       "must evaluate to string but got int"},
      {R"("auditAnnotations":[{"key":"k","valueExpression":"1"}])",
       "must evaluate to one of [string null_type]"},
  };
  for (const auto& one : kCases) {
    const auto bad = policy("misfit", R"("x")", one.rest);
    EXPECT_EQ(bad.code, 422) << bad.body;
    EXPECT_THAT(bad.at("message"), HasSubstr(one.error));
  }
}

TEST_F(PolicyTest, TellsItsAuthorWhatDoesNotFitTheKindsItIsAbout) {
  const std::string about =
      R"("matchConstraints":{"resourceRules":[{"apiGroups":["apps"],"apiVersions":["v1"],)"
      R"("operations":["*"],"resources":["replicasets","deployments","deployments/scale"]},)"
      R"({"apiGroups":["*"],"apiVersions":["*"],"operations":["*"],"resources":["*"]}]},)";
  ASSERT_EQ(create(kPolicies, "",
                   R"j({"metadata":{"name":"hints"},"spec":{)j" + about +
                       R"j("variables":[{"name":"n","expression":"object.spec.replicas"}],)j"
                       R"j("validations":[{"expression":"object.replicas > 1","messageExpression":)j"
                       R"j("'n' + variables.n"},{"expression":"object.spec.replicas > 1 && )j"
                       R"j(object.metadata.labels['a'] == 'b' && object.spec.template.spec.)j"
                       R"j(containers.all(c, c.image != '')"}]}})j")
                .code,
            201);
  const auto status = status_of("hints", "1");
  const auto& warnings = status.at("typeChecking").at("expressionWarnings").as_array();
  ASSERT_EQ(warnings.size(), 2u);
  EXPECT_EQ(warnings[0].at("fieldRef"), "spec.validations[0].expression");
  EXPECT_EQ(warnings[0].at("warning"),
            "apps/v1, Kind=Deployment: ERROR: <input>:1:7: undefined field 'replicas'\n"
            " | object.replicas > 1\n | ......^\n"
            "apps/v1, Kind=ReplicaSet: ERROR: <input>:1:7: undefined field 'replicas'\n"
            " | object.replicas > 1\n | ......^");
  EXPECT_EQ(warnings[1].at("fieldRef"), "spec.validations[0].messageExpression");
  EXPECT_THAT(std::string(warnings[1].at("warning").as_string()),
              HasSubstr("found no matching overload for '_+_' applied to '(string, int)'"));
  // What is right again is not told of any more.
  ASSERT_EQ(call("patch", kPolicies, "", "hints",
                 R"({"spec":{"validations":[{"expression":"object.spec.replicas > 1"}]}})", {},
                 kMerge)
                .code,
            200);
  EXPECT_EQ(status_of("hints", "2").at("typeChecking"), boost::json::object());
}

}  // namespace
}  // namespace kubus::apiserver
