// Webhooks and policies that name another version of a kind than the one of the request, where a
// webhook of its own converts between the two.
#include "tests/conversion_fixture.h"

namespace kubus::apiserver {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class ConversionAdmissionTest : public ConversionTest {
 protected:
  static constexpr const char* kPolicies =
      "admissionregistration.k8s.io/validatingadmissionpolicies";
  static constexpr const char* kBindings =
      "admissionregistration.k8s.io/validatingadmissionpolicybindings";

  void TearDown() override {
    for (const auto* kind : {kPolicies, kBindings}) call("deletecollection", kind, "", "");
    ConversionTest::TearDown();
  }

  std::string about_v2(const std::string& operations = R"("CREATE","UPDATE")") const {
    return rule("conversion.example.com", "v2", plural(), operations);
  }
  void allow() {
    server_.on("/hook", [](const std::string&) { return R"("allowed":true)"; });
  }
  // A policy and its binding, with `more` in the spec of each.
  void put_policy(const std::string& rules, const std::string& expression,
                  const std::string& more = "", const std::string& binding = "") {
    const auto policy =
        create(kPolicies, "",
               R"({"metadata":{"name":"p"},"spec":{"matchConstraints":{"resourceRules":[)" + rules +
                   R"(]},"validations":[{"expression":")" + expression +
                   R"(","message":"too wide"}])" + more + "}}");
    ASSERT_EQ(policy.code, 201) << policy.body;
    const auto bound = create(kBindings, "",
                              R"({"metadata":{"name":"p"},"spec":{"policyName":"p",)"
                              R"("validationActions":["Deny"])" +
                                  binding + "}}");
    ASSERT_EQ(bound.code, 201) << bound.body;
  }
  Reply create_v1(const std::string& name, int size) {
    return create(v1(), "default",
                  object("v1", name, R"({"size":)" + std::to_string(size) + "}"));
  }
};

TEST_F(ConversionAdmissionTest, Mutated) {
  convert();
  define();
  server_.on("/hook", [](const std::string&) {
    return patch(R"([{"op":"replace","path":"/spec/width","value":8}])");
  });
  configure(kMutating, "hook", hook("hook", "/hook", about_v2()));
  const auto made = create_v1("a", 3);
  ASSERT_EQ(made.code, 201) << made.body;
  EXPECT_EQ(made.at("apiVersion"), "conversion.example.com/v1");
  EXPECT_EQ(made.at("spec"), R"({"colour":"red","size":8})") << "the patch is converted back";
  EXPECT_EQ(asked("/hook", "request.object.apiVersion"), "conversion.example.com/v2");
  EXPECT_EQ(asked("/hook", "request.object.spec"), R"({"colour":"red","width":3})");
  EXPECT_EQ(asked("/hook", "request.kind.version"), "v2");
  EXPECT_EQ(asked("/hook", "request.resource.version"), "v2");
  EXPECT_EQ(asked("/hook", "request.requestKind.version"), "v1");
  EXPECT_EQ(asked("/hook", "request.requestResource.version"), "v1");
  const auto changed =
      call("patch", v1(), "default", "a", R"({"spec":{"size":4}})", {}, kMerge);
  ASSERT_EQ(changed.code, 200) << changed.body;
  EXPECT_EQ(changed.at("spec.size"), "8");
  EXPECT_EQ(asked("/hook", "request.object.spec.width"), "4");
  EXPECT_EQ(asked("/hook", "request.oldObject.spec.width"), "8");
  EXPECT_EQ(asked("/hook", "request.oldObject.metadata.resourceVersion"),
            made.at("metadata.resourceVersion"));
}

TEST_F(ConversionAdmissionTest, Validated) {
  convert();
  define();
  make("a", 5);
  server_.on("/hook", [](const std::string&) { return R"("allowed":false)"; });
  configure(kValidating, "hook", hook("hook", "/hook", about_v2(R"("CREATE","DELETE")")));
  EXPECT_EQ(create_v1("b", 6).code, 400);
  EXPECT_EQ(asked("/hook", "request.object.spec.width"), "6");
  EXPECT_EQ(call("delete", v1(), "default", "a").code, 400);
  EXPECT_EQ(asked("/hook", "request.oldObject.spec.width"), "5");
  EXPECT_EQ(asked("/hook", "request.requestKind.version"), "v1");
}

// Nobody is asked about an object that cannot be shown to them, whatever they do on failures.
TEST_F(ConversionAdmissionTest, Away) {
  convert();
  define();
  allow();
  server_.on_raw("/convert", 500, "away");
  for (const auto* kind : {kMutating, kValidating}) {
    configure(kind, "hook", hook("hook", "/hook", about_v2() + R"(,"failurePolicy":"Ignore")"));
    const auto failed = create_v1("a", 3);
    EXPECT_EQ(failed.code, 500);
    EXPECT_THAT(failed.at("message"),
                StartsWith("Internal error occurred: " + failure("failed: ")));
    call("delete", kind, "", "hook");
    configure(kind, "exact", hook("exact", "/hook", about_v2() + R"(,"matchPolicy":"Exact")"));
    EXPECT_EQ(create_v1(kind == kMutating ? "b" : "c", 3).code, 201);
    call("delete", kind, "", "exact");
  }
  EXPECT_THAT(server_.questions("/hook"), IsEmpty());
}

TEST_F(ConversionAdmissionTest, Policies) {
  convert();
  define();
  put_policy(R"({"operations":["CREATE"],"apiGroups":["conversion.example.com"],)"
             R"("apiVersions":["v2"],"resources":["*"]})",
             "object.spec.width < 10 && request.requestKind.version == 'v1' && "
             "request.kind.version == 'v2'");
  const auto made = create_v1("a", 3);
  EXPECT_EQ(made.code, 201) << made.body;
  const auto refused = create_v1("b", 10);
  EXPECT_EQ(refused.code, 422) << refused.body;
  EXPECT_THAT(refused.at("message"), HasSubstr("denied request: too wide"));
  server_.on_raw("/convert", 500, "away");
  const auto failed = create_v1("b", 3);
  EXPECT_EQ(failed.code, 422) << failed.body;
  EXPECT_THAT(failed.at("message"),
              HasSubstr("denied request: failed to configure binding: failed to convert object "
                        "version: " +
                        failure("failed: ")));
}

TEST_F(ConversionAdmissionTest, Params) {
  convert();
  define();
  make("limit", 5);
  put_policy(R"({"operations":["CREATE"],"apiGroups":[""],"apiVersions":["v1"],)"
             R"("resources":["configmaps"]})",
             "int(object.data.width) < params.spec.width",
             R"(,"paramKind":{"apiVersion":"conversion.example.com/v2","kind":")" + kind() + "\"}",
             R"(,"paramRef":{"name":"limit","namespace":"default",)"
             R"("parameterNotFoundAction":"Deny"})");
  const auto make_map = [](const std::string& name, const std::string& width) {
    return create("/configmaps", "default",
                  R"({"metadata":{"name":")" + name + R"("},"data":{"width":")" + width + "\"}}");
  };
  const auto refused = make_map("wide", "5");
  EXPECT_EQ(refused.code, 422) << refused.body;
  EXPECT_THAT(refused.at("message"), HasSubstr("too wide"));
  const auto made = make_map("narrow", "4");
  EXPECT_EQ(made.code, 201) << made.body;
  call("delete", "/configmaps", "default", "narrow");
}

}  // namespace
}  // namespace kubus::apiserver
