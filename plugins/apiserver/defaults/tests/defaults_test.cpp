#include "defaults/defaults.h"

#include <google/protobuf/message.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "defaults/image_name.h"
#include "kubus/api/json.h"

namespace kubus::apiserver {
namespace {

namespace json = boost::json;

struct Case {
  const char* name;
  const char* api_version;
  const char* kind;
  const char* object;
  const char* path;  // a JSON pointer into the result
  const char* expected;
};

class DefaultsTest : public testing::TestWithParam<Case> {};

TEST_P(DefaultsTest, CompletesObjects) {
  const Case& c = GetParam();
  const auto* type = find_message(c.api_version, c.kind);
  ASSERT_NE(type, nullptr);
  const auto object = new_message(*type);
  ASSERT_TRUE(from_json(c.object, *object).ok());
  apply_defaults(*object);
  const std::string once = to_json(*object);
  apply_defaults(*object);
  EXPECT_EQ(to_json(*object), once);
  const json::value result = json::parse(once);
  boost::system::error_code error;
  const json::value* found = result.find_pointer(c.path, error);
  ASSERT_NE(found, nullptr) << once;
  EXPECT_EQ(*found, json::parse(c.expected)) << json::serialize(*found);
}

constexpr Case kCases[] = {
    {"pod_spec", "v1", "Pod", R"({"spec":{"containers":[]}})", "/spec",
     R"({"containers":null,"restartPolicy":"Always","terminationGracePeriodSeconds":30,
         "dnsPolicy":"ClusterFirst","securityContext":{},"schedulerName":"default-scheduler",
         "enableServiceLinks":true})"},
    {"container", "v1", "Pod",
     R"({"spec":{"containers":[{"name":"a","image":"nginx","ports":[{"containerPort":80}],
         "resources":{"limits":{"cpu":"1","memory":"1Gi"},"requests":{"cpu":"500m"}}}]}})",
     "/spec/containers/0",
     R"({"name":"a","image":"nginx","imagePullPolicy":"Always","ports":[{"containerPort":80,
         "protocol":"TCP"}],"resources":{"limits":{"cpu":"1","memory":"1Gi"},
         "requests":{"cpu":"500m","memory":"1Gi"}},
         "terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File"})"},
    {"limits_of_a_pod", "v1", "Pod",
     R"({"spec":{"resources":{"limits":{"cpu":"4","memory":"1Gi"}},"initContainers":[{"name":"b",
         "resources":{"requests":{"cpu":"3"}}}],"containers":[{"name":"a","image":"i",
         "resources":{"requests":{"cpu":"1"}}}]}})",
     "/spec/resources/requests", R"({"cpu":"3","memory":"1Gi"})"},
    {"requests_of_a_pod_stay", "v1", "Pod",
     R"({"spec":{"resources":{"limits":{"cpu":"4"},"requests":{"cpu":"2"}},
         "containers":[{"name":"a","image":"i"}]}})",
     "/spec/resources/requests", R"({"cpu":"2"})"},
    {"amounts_in_thousandths", "v1", "Pod",
     R"({"spec":{"containers":[{"name":"a","image":"i","resources":{"limits":{"cpu":"0.5m",
         "memory":"1.00001Gi","hugepages-2Mi":"1e-6","x.example.com/a":"1500u",
         "x.example.com/b":"-100n","x.example.com/c":"0.1","x.example.com/d":"1E"}}}]}})",
     "/spec/containers/0/resources/requests",
     R"({"cpu":"1m","hugepages-2Mi":"1e-3","memory":"1073752561419m","x.example.com/a":"2m",
         "x.example.com/b":"-1m","x.example.com/c":"100m","x.example.com/d":"1E"})"},
    {"amounts_of_a_quota", "v1", "ResourceQuota", R"({"spec":{"hard":{"cpu":"100u"}}})", "/spec",
     R"({"hard":{"cpu":"1m"}})"},
    {"amounts_of_a_node", "v1", "Node", R"({"status":{"capacity":{"cpu":"100u"}}})",
     "/status/allocatable", R"({"cpu":"1m"})"},
    {"tagged_image", "v1", "Pod", R"({"spec":{"containers":[{"name":"a","image":"nginx:1.2"}]}})",
     "/spec/containers/0/imagePullPolicy", R"("IfNotPresent")"},
    {"probe", "v1", "Pod",
     R"({"spec":{"containers":[{"name":"a","livenessProbe":{"httpGet":{"port":80}}}]}})",
     "/spec/containers/0/livenessProbe",
     R"({"httpGet":{"path":"/","port":80,"scheme":"HTTP"},"timeoutSeconds":1,"periodSeconds":10,
         "successThreshold":1,"failureThreshold":3})"},
    {"host_network_ports", "v1", "Pod",
     R"({"spec":{"hostNetwork":true,"containers":[{"name":"a","ports":[{"containerPort":80}]}]}})",
     "/spec/containers/0/ports/0/hostPort", "80"},
    {"volumes", "v1", "Pod",
     R"({"spec":{"containers":null,"volumes":[{"name":"a"},{"name":"b","secret":{"secretName":"s"}},
         {"name":"c","projected":{"sources":[{"serviceAccountToken":{"path":"t"}}]}},
         {"name":"d","hostPath":{"path":"/x"}}]}})",
     "/spec/volumes",
     R"([{"name":"a","emptyDir":{}},{"name":"b","secret":{"secretName":"s","defaultMode":420}},
         {"name":"c","projected":{"sources":[{"serviceAccountToken":{"expirationSeconds":3600,
         "path":"t"}}],"defaultMode":420}},{"name":"d","hostPath":{"path":"/x","type":""}}])"},
    {"service_account_has_two_names", "v1", "Pod",
     R"({"spec":{"containers":null,"serviceAccount":"x"}})", "/spec/serviceAccountName", R"("x")"},
    {"deployment", "apps/v1", "Deployment", R"({"spec":{"template":{"spec":{"containers":[]}}}})",
     "/spec",
     R"({"replicas":1,"selector":null,"template":{"metadata":{},"spec":{"containers":null,
         "restartPolicy":"Always","terminationGracePeriodSeconds":30,"dnsPolicy":"ClusterFirst",
         "securityContext":{},"schedulerName":"default-scheduler"}},
         "strategy":{"type":"RollingUpdate","rollingUpdate":{"maxUnavailable":"25%",
         "maxSurge":"25%"}},"revisionHistoryLimit":10,"progressDeadlineSeconds":600})"},
    {"daemon_set", "apps/v1", "DaemonSet", R"({"spec":{}})", "/spec/updateStrategy",
     R"({"type":"RollingUpdate","rollingUpdate":{"maxUnavailable":1,"maxSurge":0}})"},
    {"stateful_set", "apps/v1", "StatefulSet", R"({"spec":{}})",
     "/spec/persistentVolumeClaimRetentionPolicy",
     R"({"whenDeleted":"Retain","whenScaled":"Retain"})"},
    {"stateful_set_strategy", "apps/v1", "StatefulSet", R"({"spec":{}})", "/spec/updateStrategy",
     R"({"type":"RollingUpdate","rollingUpdate":{"partition":0,"maxUnavailable":1}})"},
    {"service", "v1", "Service",
     R"({"spec":{"type":"NodePort","ports":[{"port":80},{"port":81,"targetPort":"http"}]}})",
     "/spec",
     R"({"ports":[{"protocol":"TCP","port":80,"targetPort":80},
         {"protocol":"TCP","port":81,"targetPort":"http"}],"type":"NodePort",
         "sessionAffinity":"None","externalTrafficPolicy":"Cluster",
         "internalTrafficPolicy":"Cluster"})"},
    {"client_ip_affinity", "v1", "Service", R"({"spec":{"sessionAffinity":"ClientIP"}})",
     "/spec/sessionAffinityConfig", R"({"clientIP":{"timeoutSeconds":10800}})"},
    {"job", "batch/v1", "Job", R"({"spec":{"template":{"metadata":{"labels":{"a":"b"}}}}})",
     "/metadata/labels", R"({"a":"b"})"},
    {"job_backoff", "batch/v1", "Job", R"({"spec":{}})", "/spec/backoffLimit", "6"},
    {"cron_job", "batch/v1", "CronJob", R"({"spec":{}})", "/spec/concurrencyPolicy", R"("Allow")"},
    {"namespace", "v1", "Namespace", R"({"metadata":{"name":"n"}})", "/metadata/labels",
     R"({"kubernetes.io/metadata.name":"n"})"},
    {"secret", "v1", "Secret", R"({})", "/type", R"("Opaque")"},
    {"role_binding", "rbac.authorization.k8s.io/v1", "RoleBinding",
     R"({"roleRef":{"kind":"Role","name":"r"},"subjects":[{"kind":"User","name":"u"},
         {"kind":"ServiceAccount","name":"s","namespace":"n"}]})",
     "/subjects/0/apiGroup", R"("rbac.authorization.k8s.io")"},
    {"network_policy", "networking.k8s.io/v1", "NetworkPolicy",
     R"({"spec":{"podSelector":{},"egress":[{"ports":[{"port":1}]}]}})", "/spec/policyTypes",
     R"(["Ingress","Egress"])"},
    {"horizontal_pod_autoscaler", "autoscaling/v2", "HorizontalPodAutoscaler",
     R"({"spec":{"behavior":{}}})", "/spec/behavior/scaleDown",
     R"({"selectPolicy":"Max","policies":[{"type":"Percent","value":100,"periodSeconds":15}]})"},
    {"claim_template", "apps/v1", "StatefulSet",
     R"({"spec":{"volumeClaimTemplates":[{"metadata":{"name":"c"}}]}})",
     "/spec/volumeClaimTemplates/0/spec/volumeMode", R"("Filesystem")"},
    {"limit_range", "v1", "LimitRange",
     R"({"spec":{"limits":[{"type":"Container","max":{"cpu":"2"}}]}})", "/spec/limits/0",
     R"({"type":"Container","max":{"cpu":"2"},"default":{"cpu":"2"},
         "defaultRequest":{"cpu":"2"}})"},
    {"list_of_custom_resources", "apiextensions.k8s.io/v1", "CustomResourceDefinition",
     R"({"spec":{"names":{"kind":"Foo","plural":"foos"}}})", "/spec/names/listKind",
     R"("FooList")"},
};

INSTANTIATE_TEST_SUITE_P(Cases, DefaultsTest, testing::ValuesIn(kCases),
                         [](const auto& info) { return info.param.name; });

TEST(ImageTag, ReadsReferences) {
  EXPECT_EQ(image_tag("nginx"), "latest");
  EXPECT_EQ(image_tag("nginx:1"), "1");
  EXPECT_EQ(image_tag("host:5000/nginx"), "latest");
  EXPECT_EQ(image_tag("host:5000/nginx:2"), "2");
  EXPECT_EQ(image_tag("nginx@sha256:00"), "");
  EXPECT_EQ(image_tag("nginx:latest@sha256:00"), "latest");
}

}  // namespace
}  // namespace kubus::apiserver
