// Subresources by which one part of an object changes.
#include <gmock/gmock.h>

#include <set>

#include "kubus/api/base64.h"
#include "kubus/api/resource.h"
#include "kubus/pki/signing_request.h"
#include "tests/api_fixture.h"

namespace kubus::apiserver {
namespace {

using ::testing::HasSubstr;

const std::string kRequests = "certificates.k8s.io/certificatesigningrequests";

class SubresourceTest : public ApiTest {
 protected:
  static Reply ask(const std::string& name, const std::string& signer,
                   const std::vector<std::string>& groups = {}) {
    pki::Request wanted;
    wanted.subject.common_name = "ann";
    wanted.subject.organizations = groups;
    return create(kRequests, "",
                  R"({"metadata":{"name":")" + name +
                      R"("},"spec":{"username":"root","request":")" +
                      encode_base64(pki::make_request(wanted)->request_pem) +
                      R"(","usages":["client auth"],"signerName":")" + signer + "\"}}");
  }
  static void make_pod(const std::string& name, const std::string& resources = "{}") {
    const auto made = create("/pods", "default",
                             R"({"metadata":{"name":")" + name +
                                 R"("},"spec":{"containers":[{"name":"c","image":"busybox",)"
                                 R"("resources":)" +
                                 resources + "}]}}");
    ASSERT_EQ(made.code, 201) << made.body;
  }
  static Reply change(const std::string& name, const std::string& subresource,
                      const std::string& patch) {
    return call("patch", "/pods/" + subresource, "default", name, patch, {}, kStrategic);
  }
  static std::string debugger(const std::string& name, const std::string& more = "") {
    return R"({"spec":{"ephemeralContainers":[{"name":")" + name + R"(","image":"busybox")" + more +
           "}]}}";
  }
  static std::string sized(const std::string& resources) {
    return R"({"spec":{"containers":[{"name":"c","resources":)" + resources + "}]}}";
  }
};

TEST_F(SubresourceTest, AddsEphemeralContainers) {
  make_pod("debugged");
  const auto added = change("debugged", "ephemeralcontainers",
                            debugger("look", R"(,"targetContainerName":"c","tty":true)"));
  ASSERT_EQ(added.code, 200) << added.body;
  EXPECT_THAT(added.body, HasSubstr(R"("terminationMessagePolicy":"File")"));
  EXPECT_EQ(added.at("metadata.generation"), "2");
  EXPECT_EQ(change("debugged", "ephemeralcontainers", debugger("second")).code, 200);
  EXPECT_THAT(get("/pods/ephemeralcontainers", "default", "debugged").body,
              HasSubstr(R"("name":"second")"));
}

TEST_F(SubresourceTest, ChangesNothingElseByEphemeralContainers) {
  make_pod("kept");
  const auto changed = change(
      "kept", "ephemeralcontainers",
      R"({"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"other"}]}})");
  EXPECT_EQ(changed.code, 200);
  EXPECT_THAT(changed.body, Not(HasSubstr("other")));
  EXPECT_THAT(changed.body, Not(HasSubstr(R"("labels")")));
}

TEST_F(SubresourceTest, RefusesEphemeralContainersThatMayNotBe) {
  make_pod("strict");
  ASSERT_EQ(change("strict", "ephemeralcontainers", debugger("look")).code, 200);
  const struct {
    std::string patch, message;
  } cases[] = {
      {debugger("look", R"(,"command":["sh"])"),
       R"(existing ephemeral containers \"look\" may not be changed)"},
      {R"({"spec":{"ephemeralContainers":null}})",
       R"(existing ephemeral containers \"look\" may not be removed)"},
      {debugger("c"), R"(spec.ephemeralContainers[0].name: Duplicate value: \"c\")"},
      {debugger("x", R"(,"targetContainerName":"none")"),
       R"(spec.ephemeralContainers[0].targetContainerName: Not found: \"none\")"},
      {debugger("x", R"(,"ports":[{"containerPort":1}])"),
       "spec.ephemeralContainers[0].ports: Forbidden: cannot be set for an Ephemeral Container"},
      {debugger("x", R"(,"resources":{"limits":{"cpu":"1"}})"),
       "spec.ephemeralContainers[0].resources: Forbidden"},
  };
  for (const auto& one : cases) {
    const auto refused = change("strict", "ephemeralcontainers", one.patch);
    EXPECT_EQ(refused.code, 422) << one.patch;
    EXPECT_THAT(refused.body, HasSubstr(one.message));
  }
}

TEST_F(SubresourceTest, ResizesContainers) {
  make_pod("sized", R"({"requests":{"cpu":"100m","memory":"64Mi"}})");
  const auto resized = change("sized", "resize", sized(R"({"requests":{"cpu":"200m"}})"));
  ASSERT_EQ(resized.code, 200) << resized.body;
  EXPECT_THAT(resized.body, HasSubstr(R"("cpu":"200m","memory":"64Mi")"));
  EXPECT_EQ(resized.at("metadata.generation"), "2");
}

TEST_F(SubresourceTest, RefusesResizesThatMayNotBe) {
  make_pod("fixed", R"({"requests":{"cpu":"100m","memory":"64Mi"}})");
  const struct {
    std::string patch, message;
  } cases[] = {
      {sized(R"({"limits":{"cpu":"100m","memory":"64Mi"}})"),
       "Pod QOS Class may not change as a result of resizing"},
      {sized(R"({"requests":{"cpu":null}})"),
       "spec.containers[0].resources.requests: Forbidden: resource requests cannot be removed"},
      {sized(R"({"requests":{"ephemeral-storage":"1Gi"}})"),
       "only cpu and memory resources are mutable"},
      {R"({"spec":{"containers":[{"name":"d","image":"busybox"}]}})",
       "containers may not be added or removed on resize"},
      {sized(R"({"requests":{"cpu":"1"},"limits":{"cpu":"500m"}})"),
       "must be less than or equal to cpu limit of 500m"},
  };
  for (const auto& one : cases) {
    const auto refused = change("fixed", "resize", one.patch);
    EXPECT_EQ(refused.code, 422) << one.patch;
    EXPECT_THAT(refused.body, HasSubstr(one.message));
  }
}

TEST_F(SubresourceTest, ServesWhatIsListed) {
  // Those that are passed on to a node exist over HTTP alone.
  const std::set<std::string> passed_on = {"attach", "exec", "log", "portforward", "proxy"};
  for (const auto& resource : all_resources()) {
    if (resource.version != "v1") continue;
    for (const auto& subresource : resource.subresources) {
      if (passed_on.contains(subresource.name)) continue;
      for (const auto& verb : subresource.verbs) {
        const auto path = resource.group + "/" + resource.plural + "/" + subresource.name;
        const auto reply = call(verb, path, resource.namespaced ? "default" : "", "none", "{}", {},
                                "application/merge-patch+json");
        EXPECT_NE(reply.code, 405) << verb << " " << path;
        EXPECT_THAT(reply.body, Not(HasSubstr("could not find the requested resource"))) << path;
      }
    }
  }
}

TEST_F(SubresourceTest, ApprovesCertificateRequestsOnce) {
  const auto& group = kRequests;
  ASSERT_EQ(ask("asked", "example.com/x").code, 201);
  EXPECT_EQ(get(group, "", "asked").at("spec.username"), "system:kubus:plugin:tester");
  const auto decide = [&](const std::string& type) {
    return call("patch", group + "/approval", "", "asked",
                R"({"spec":{"signerName":"example.com/other"},"status":{"certificate":"YQ==",)"
                R"("conditions":[{"type":")" +
                    type + R"(","status":"True","reason":"r"}]}})",
                {}, "application/merge-patch+json");
  };
  const auto approved = decide("Approved");
  ASSERT_EQ(approved.code, 200) << approved.body;
  EXPECT_THAT(approved.body, HasSubstr(R"("lastUpdateTime")"));
  EXPECT_EQ(approved.at("spec.signerName"), "example.com/x");
  EXPECT_EQ(approved.at("status.certificate"), "");
  const auto denied = decide("Denied");
  EXPECT_EQ(denied.code, 422);
  EXPECT_THAT(denied.body, HasSubstr(R"(updates may not remove a condition of type \"Approved\")"));
}

TEST_F(SubresourceTest, SignsCertificateRequestsOnce) {
  ASSERT_EQ(ask("signed", "example.com/x").code, 201);
  const auto sign = [&](const std::string& status) {
    return call("patch", kRequests + "/status", "", "signed", R"({"status":)" + status + "}", {},
                "application/merge-patch+json");
  };
  const auto certificate = [] {
    return encode_base64(pki::make_ca("ann", std::chrono::hours(1))->certificate_pem);
  };
  const auto decided = sign(R"({"conditions":[{"type":"Approved","status":"True"}]})");
  EXPECT_EQ(decided.code, 422);
  EXPECT_THAT(decided.body, HasSubstr(R"(updates may not add a condition of type \"Approved\")"));
  // As kubectl approves: it knows when it was decided, and not since when that is so.
  const auto approved = call("patch", kRequests + "/approval", "", "signed",
                             R"({"status":{"conditions":[{"type":"Approved","status":"True",)"
                             R"("lastUpdateTime":"2026-01-02T15:04:05Z",)"
                             R"("lastTransitionTime":null}]}})",
                             {}, "application/merge-patch+json");
  ASSERT_EQ(approved.code, 200) << approved.body;
  const auto failed = sign(R"({"conditions":[{"type":"Failed","status":"True"},)"
                           R"({"type":"Approved","status":"True","reason":"by the signer"}]})");
  ASSERT_EQ(failed.code, 200) << failed.body;
  EXPECT_THAT(failed.body, Not(HasSubstr("by the signer")));
  EXPECT_THAT(failed.body, HasSubstr("2026-01-02T15:04:05Z"));
  EXPECT_THAT(failed.body, HasSubstr(R"("lastTransitionTime")"));
  ASSERT_EQ(sign(R"({"certificate":")" + certificate() + "\"}").code, 200);
  EXPECT_EQ(sign(R"({"certificate":")" + certificate() + "\"}").code, 422);
}

TEST_F(SubresourceTest, MakesNoClientOfTheMasters) {
  const std::string signer = "kubernetes.io/kube-apiserver-client";
  EXPECT_EQ(ask("servant", signer, {"system:servants"}).code, 201);
  const auto refused = ask("master", signer, {"dev", "system:masters"});
  EXPECT_EQ(refused.code, 403);
  EXPECT_THAT(refused.body, HasSubstr("use of " + signer +
                                      " signer with system:masters group is not allowed"));
}

}  // namespace
}  // namespace kubus::apiserver
