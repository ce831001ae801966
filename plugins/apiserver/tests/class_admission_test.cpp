// Admission that takes something from a class or a node, or asks who somebody is.
#include <gmock/gmock.h>

#include "tests/api_fixture.h"

namespace kubus::apiserver {
namespace {

using ::testing::HasSubstr;

class ClassAdmissionTest : public ApiTest {
 protected:
  static Reply make_pod(const std::string& name, const std::string& spec) {
    return create("/pods", "default",
                  R"({"metadata":{"name":")" + name +
                      R"("},"spec":{"containers":[{"name":"c","image":"i"}])" + spec + "}}");
  }
  static Reply make_claim(const std::string& name, const std::string& spec = "") {
    return create("/persistentvolumeclaims", "default",
                  R"({"metadata":{"name":")" + name +
                      R"("},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":)"
                      R"({"storage":"1Gi"}})" +
                      spec + "}}");
  }
};

TEST_F(ClassAdmissionTest, RuntimeClassesAddOverheadAndPlaces) {
  ASSERT_EQ(create("node.k8s.io/runtimeclasses", "",
                   R"({"metadata":{"name":"boxed"},"handler":"h","overhead":{"podFixed":)"
                   R"({"cpu":"250m","memory":"64Mi"}},"scheduling":{"nodeSelector":{"box":"yes"},)"
                   R"("tolerations":[{"key":"boxes","operator":"Exists"}]}})")
                .code,
            201);
  const auto made = make_pod("boxed", R"(,"runtimeClassName":"boxed","nodeSelector":{"a":"b"},)"
                                      R"("tolerations":[{"key":"boxes","operator":"Equal",)"
                                      R"("value":"x","effect":"NoSchedule"}])");
  ASSERT_EQ(made.code, 201) << made.body;
  EXPECT_EQ(json_at(made.body, "spec.overhead"), R"({"cpu":"250m","memory":"64Mi"})");
  EXPECT_EQ(json_at(made.body, "spec.nodeSelector"), R"({"a":"b","box":"yes"})");
  EXPECT_THAT(json_at(made.body, "spec.tolerations"),
              HasSubstr(R"({"key":"boxes","operator":"Exists"})"));
  EXPECT_THAT(std::string(json_at(made.body, "spec.tolerations")),
              ::testing::Not(HasSubstr(R"("value":"x")")))
      << "what another one includes is not kept";
  const struct {
    const char* spec;
    const char* message;
  } refused[] = {
      {R"(,"runtimeClassName":"none")", "pod rejected: RuntimeClass \"none\" not found"},
      {R"(,"overhead":{"cpu":"1"})",
       "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead"},
      {R"(,"runtimeClassName":"boxed","overhead":{"cpu":"1"})",
       "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead"},
      {R"(,"runtimeClassName":"boxed","nodeSelector":{"box":"no"})",
       "conflict: runtimeClass.scheduling.nodeSelector[box] = yes; pod.spec.nodeSelector[box] = "
       "no"},
  };
  for (const auto& c : refused) {
    const auto reply = make_pod("refused", c.spec);
    EXPECT_EQ(reply.code, 403) << reply.body;
    EXPECT_EQ(reply.at("message"), "pods \"refused\" is forbidden: " + std::string(c.message));
  }
}

TEST_F(ClassAdmissionTest, ClaimsAndIngressesGetTheDefaultClass) {
  EXPECT_EQ(make_claim("without").at("spec.storageClassName"), "");
  const auto storage_class = [](const std::string& name, const std::string& rest) {
    return create("storage.k8s.io/storageclasses", "",
                  R"({"metadata":{"name":")" + name +
                      R"(","annotations":{"storageclass.kubernetes.io/is-default-class":"true"}},)"
                      R"("provisioner":"example.com/p")" +
                      rest + "}");
  };
  ASSERT_EQ(storage_class("first", R"(,"allowVolumeExpansion":true)").code, 201);
  const auto claim = make_claim("with");
  EXPECT_EQ(claim.at("spec.storageClassName"), "first");
  EXPECT_THAT(claim.body, HasSubstr(R"("finalizers":["kubernetes.io/pvc-protection"])"));
  EXPECT_EQ(make_claim("none", R"(,"storageClassName":"")").at("spec.storageClassName"), "");

  const auto grow = [](const std::string& name) {
    return call("patch", "/persistentvolumeclaims", "default", name,
                R"({"spec":{"resources":{"requests":{"storage":"2Gi"}}}})", {}, kMerge);
  };
  ASSERT_EQ(call("patch", "/persistentvolumeclaims/status", "default", "with",
                 R"({"status":{"phase":"Bound"}})", {}, kMerge)
                .code,
            200);
  EXPECT_EQ(grow("with").code, 200);
  ASSERT_EQ(call("patch", "/persistentvolumeclaims/status", "default", "none",
                 R"({"status":{"phase":"Bound"}})", {}, kMerge)
                .code,
            200);
  EXPECT_EQ(grow("none").at("message"),
            "persistentvolumeclaims \"none\" is forbidden: only dynamically provisioned pvc can be "
            "resized and the storageclass that provisions the pvc must support resize");
  EXPECT_EQ(call("delete", "storage.k8s.io/storageclasses", "", "first").code, 200);

  ASSERT_EQ(create("networking.k8s.io/ingressclasses", "",
                   R"({"metadata":{"name":"front","annotations":)"
                   R"({"ingressclass.kubernetes.io/is-default-class":"true"}},)"
                   R"("spec":{"controller":"example.com/c"}})")
                .code,
            201);
  EXPECT_EQ(create("networking.k8s.io/ingresses", "default",
                   R"({"metadata":{"name":"i"},"spec":{"defaultBackend":{"service":{"name":"s",)"
                   R"("port":{"number":80}}}}})")
                .at("spec.ingressClassName"),
            "front");
}

TEST_F(ClassAdmissionTest, PodsShowWhereTheirNodeStands) {
  ASSERT_EQ(create("/nodes", "",
                   R"({"metadata":{"name":"here","labels":{"topology.kubernetes.io/zone":"z",)"
                   R"("topology.kubernetes.io/region":"r","other":"o"}}})")
                .code,
            201);
  ASSERT_EQ(make_pod("placed", "").code, 201);
  ASSERT_EQ(call("create", "/pods/binding", "default", "placed",
                 R"({"metadata":{"name":"placed"},"target":{"kind":"Node","name":"here"}})")
                .code,
            201);
  EXPECT_EQ(json_at(get("/pods", "default", "placed").body, "metadata.labels"),
            R"({"topology.kubernetes.io/region":"r","topology.kubernetes.io/zone":"z"})");
}

}  // namespace
}  // namespace kubus::apiserver
