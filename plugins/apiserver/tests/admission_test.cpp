// Admission of pods by their service account, against a cache.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <k8s/core/v1/pod.pb.h>

#include "admission/plugins.h"
#include "admission/secret_references.h"
#include "kubus/api/json.h"

namespace kubus::apiserver {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class ServiceAccountTest : public ::testing::Test {
 protected:
  ServiceAccountTest() : admission_(make_service_account({cache_, authorizers_})) {
    cache_.reset(ClusterCache::Filling(cache_), 1);
    call_.resource = find_resource("", "v1", "pods");
    call_.info.ns = "prod";
    put_account("default");
  }
  void put_account(const std::string& name, const std::string& more = "",
                   const std::string& annotations = "{}") {
    const auto key = "/registry/core/serviceaccounts/prod/" + name;
    const auto json = R"({"metadata":{"name":")" + name +
                      R"(","namespace":"prod","uid":"u","annotations":)" + annotations + "}" +
                      (more.empty() ? "" : "," + more) + "}";
    ++revision_;
    cache_.apply({{key, json, revision_}}, revision_);
  }
  AdmissionCall creation(core_v1::Pod& pod) {
    return {call_, AdmissionCall::Operation::kCreate, &pod, nullptr};
  }
  static core_v1::Pod pod(const std::string& spec, const std::string& metadata = "") {
    core_v1::Pod pod;
    EXPECT_TRUE(
        from_json(R"({"metadata":{"name":"web")" + metadata + R"(},"spec":)" + spec + "}", pod)
            .ok());
    return pod;
  }
  std::string refusal(core_v1::Pod pod) { return admission_->admit(creation(pod)).message(); }

  ClusterCache cache_{16};
  const Authorizers authorizers_;
  const std::unique_ptr<Admission> admission_;
  Call call_;
  std::int64_t revision_ = 1;
};

constexpr const char* kPath = "/var/run/secrets/kubernetes.io/serviceaccount";

TEST_F(ServiceAccountTest, GivesPodsATokenOfTheirAccount) {
  auto web = pod(R"({"initContainers":[{"name":"i"}],"containers":[{"name":"a"},{"name":"b",)"
                 R"("volumeMounts":[{"name":"own","mountPath":")" +
                 std::string(kPath) + R"("}]}],"volumes":[{"name":"own","emptyDir":{}}]})");
  ASSERT_TRUE(admission_->admit(creation(web)).ok());
  const auto& spec = web.spec();
  EXPECT_EQ(spec.serviceaccountname(), "default");
  EXPECT_EQ(spec.serviceaccount(), "default");
  ASSERT_THAT(spec.volumes(), SizeIs(2));
  const auto& volume = spec.volumes(1);
  EXPECT_THAT(volume.name(), ::testing::MatchesRegex("kube-api-access-[a-z0-9]{5}"));
  EXPECT_EQ(
      to_json(volume),
      R"({"name":")" + volume.name() +
          R"(","projected":{"sources":[{"serviceAccountToken":{"expirationSeconds":3607,)"
          R"("path":"token"}},{"configMap":{"name":"kube-root-ca.crt","items":[{"key":"ca.crt",)"
          R"("path":"ca.crt"}]}},{"downwardAPI":{"items":[{"path":"namespace","fieldRef":)"
          R"({"apiVersion":"v1","fieldPath":"metadata.namespace"}}]}}],"defaultMode":420}})");
  for (const auto* container : {&spec.initcontainers(0), &spec.containers(0)}) {
    ASSERT_THAT(container->volumemounts(), SizeIs(1));
    EXPECT_EQ(container->volumemounts(0).name(), volume.name());
    EXPECT_EQ(container->volumemounts(0).mountpath(), kPath);
    EXPECT_TRUE(container->volumemounts(0).readonly());
  }
  EXPECT_THAT(spec.containers(1).volumemounts(), SizeIs(1));
}

TEST_F(ServiceAccountTest, TakesAVolumeThatIsThere) {
  auto web = pod(R"({"containers":[{"name":"a"}],"volumes":[{"name":"kube-api-access-own"}]})");
  ASSERT_TRUE(admission_->admit(creation(web)).ok());
  EXPECT_THAT(web.spec().volumes(), SizeIs(1));
  EXPECT_EQ(web.spec().containers(0).volumemounts(0).name(), "kube-api-access-own");
}

TEST_F(ServiceAccountTest, GivesNoTokenToWhomWantsNone) {
  put_account("shy", R"("automountServiceAccountToken":false)");
  const struct {
    const char* spec;
    bool mounted;
  } cases[] = {
      {R"({"serviceAccountName":"shy","containers":[{"name":"a"}]})", false},
      {R"({"serviceAccountName":"shy","automountServiceAccountToken":true,)"
       R"("containers":[{"name":"a"}]})",
       true},
      {R"({"automountServiceAccountToken":false,"containers":[{"name":"a"}]})", false},
      {R"({"serviceAccount":"shy","containers":[{"name":"a"}]})", false},
  };
  for (const auto& one : cases) {
    auto web = pod(one.spec);
    ASSERT_TRUE(admission_->admit(creation(web)).ok());
    EXPECT_EQ(!web.spec().volumes().empty(), one.mounted) << one.spec;
    EXPECT_EQ(!web.spec().containers(0).volumemounts().empty(), one.mounted) << one.spec;
  }
}

TEST_F(ServiceAccountTest, RefusesAccountsThatAreNotThere) {
  auto web = pod(R"({"serviceAccountName":"none","containers":[{"name":"a"}]})");
  const auto refused = admission_->admit(creation(web));
  EXPECT_EQ(refused.code(), Code::kForbidden);
  EXPECT_EQ(refused.message(),
            "pods \"web\" is forbidden: error looking up service account prod/none: "
            "serviceaccount \"none\" not found");
  EXPECT_FALSE(admission_->may_pass_soon(creation(web)));
  // A controller makes the default account of a new namespace.
  call_.info.ns = "new";
  auto early = pod(R"({"containers":[{"name":"a"}]})", R"(,"generateName":"web-")");
  EXPECT_THAT(refusal(early), HasSubstr(R"(pods "web-" is forbidden: error looking up)"));
  EXPECT_TRUE(admission_->may_pass_soon(creation(early)));
}

TEST_F(ServiceAccountTest, PassesOnSecretsForPulls) {
  put_account("puller", R"("imagePullSecrets":[{"name":"a"},{"name":"b"}])");
  auto web = pod(R"({"serviceAccountName":"puller","containers":[{"name":"a"}]})");
  ASSERT_TRUE(admission_->admit(creation(web)).ok());
  ASSERT_THAT(web.spec().imagepullsecrets(), SizeIs(2));
  EXPECT_EQ(web.spec().imagepullsecrets(1).name(), "b");
  auto own = pod(R"({"serviceAccountName":"puller","imagePullSecrets":[{"name":"c"}],)"
                 R"("containers":[{"name":"a"}]})");
  ASSERT_TRUE(admission_->admit(creation(own)).ok());
  ASSERT_THAT(own.spec().imagepullsecrets(), SizeIs(1));
  EXPECT_EQ(own.spec().imagepullsecrets(0).name(), "c");
}

TEST_F(ServiceAccountTest, LimitsSecretsToThoseOfTheAccount) {
  put_account("strict", R"("secrets":[{"name":"s"}],"imagePullSecrets":[{"name":"p"}])",
              R"({"kubernetes.io/enforce-mountable-secrets":"true"})");
  put_account("loose", R"("secrets":[{"name":"s"}])",
              R"({"kubernetes.io/enforce-mountable-secrets":"maybe"})");
  const std::string none =
      " is not allowed because service account strict does not reference that ";
  const auto env = [](const char* name) {
    return std::string(R"("env":[{"name":"E","valueFrom":{"secretKeyRef":{"key":"k","name":")") +
           name + "\"}}}]";
  };
  const auto check = [&](const std::string& rest, const std::string& account = "strict") {
    auto made = pod(R"({"serviceAccountName":")" + account + "\"," + rest + "}");
    return admission_->validate(creation(made)).message();
  };
  EXPECT_THAT(check(R"("volumes":[{"name":"v","secret":{"secretName":"x"}}])"),
              HasSubstr("volume with secret.secretName=\"x\"" + none + "secret"));
  EXPECT_THAT(check(R"("initContainers":[{"name":"i",)" + env("x") + "}]"),
              HasSubstr("init container i with envVar E referencing secret.secretName=\"x\"" +
                        none + "secret"));
  EXPECT_THAT(check(R"("containers":[{"name":"c",)" + env("x") + "}]"),
              HasSubstr("container c with envVar E referencing"));
  EXPECT_THAT(check(R"("imagePullSecrets":[{"name":"x"}])"),
              HasSubstr("imagePullSecrets[0].name=\"x\"" + none + "imagePullSecret"));
  EXPECT_EQ(check(R"("containers":[{"name":"c",)" + env("s") + R"(}],"imagePullSecrets":[)" +
                  R"({"name":"p"}],"volumes":[{"name":"v","secret":{"secretName":"s"}}])"),
            "");
  EXPECT_EQ(check(R"("containers":[{"name":"c",)" + env("x") + "}]", "loose"), "");
  call_.info.subresource = "ephemeralcontainers";
  auto joined = pod(R"({"serviceAccountName":"strict","ephemeralContainers":[{"name":"e",)" +
                    env("x") + "}]}");
  EXPECT_THAT(admission_->validate({call_, AdmissionCall::Operation::kUpdate, &joined, &joined})
                  .message(),
              HasSubstr("ephemeral container e with envVar E referencing"));
}

TEST_F(ServiceAccountTest, LeavesMirrorPodsAsTheyAre) {
  const std::string mirror = R"(,"annotations":{"kubernetes.io/config.mirror":"x"})";
  auto plain = pod(R"({"containers":[{"name":"a"}]})", mirror);
  ASSERT_TRUE(admission_->admit(creation(plain)).ok());
  EXPECT_THAT(plain.spec().volumes(), IsEmpty());
  EXPECT_EQ(plain.spec().serviceaccountname(), "");
  EXPECT_THAT(refusal(pod(R"({"serviceAccountName":"default","containers":[]})", mirror)),
              HasSubstr("a mirror pod may not reference service accounts"));
  EXPECT_THAT(refusal(pod(R"({"volumes":[{"name":"v","secret":{"secretName":"s"}}]})", mirror)),
              HasSubstr("a mirror pod may not reference secrets"));
  EXPECT_THAT(refusal(pod(R"({"volumes":[{"name":"v","projected":{"sources":[)"
                          R"({"serviceAccountToken":{"path":"token"}}]}}]})",
                          mirror)),
              HasSubstr("a mirror pod may not use ServiceAccountToken volume projections"));
}

TEST(SecretReferences, AreFoundWhereverTheyAre) {
  const char* with[] = {
      R"({"imagePullSecrets":[{"name":"s"}]})",
      R"({"containers":[{"name":"a","envFrom":[{"secretRef":{"name":"s"}}]}]})",
      R"({"initContainers":[{"name":"a","env":[{"name":"E","valueFrom":{"secretKeyRef":)"
      R"({"name":"s","key":"k"}}}]}]})",
      R"({"volumes":[{"name":"v","projected":{"sources":[{"secret":{"name":"s"}}]}}]})",
      R"({"volumes":[{"name":"v","csi":{"driver":"d","nodePublishSecretRef":{"name":"s"}}}]})",
      R"({"volumes":[{"name":"v","azureFile":{"secretName":"s","shareName":"x"}}]})",
  };
  for (const char* spec : with) {
    core_v1::PodSpec parsed;
    ASSERT_TRUE(from_json(spec, parsed).ok());
    EXPECT_TRUE(refers_to_secret(parsed)) << spec;
  }
  core_v1::PodSpec none;
  ASSERT_TRUE(from_json(R"({"containers":[{"name":"secret","env":[{"name":"secretName",)"
                        R"("value":"secret"}]}],"volumes":[{"name":"secret","emptyDir":{}}]})",
                        none)
                  .ok());
  EXPECT_FALSE(refers_to_secret(none));
}

}  // namespace
}  // namespace kubus::apiserver
