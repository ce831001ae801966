#include "validation/validation.h"

#include <google/protobuf/message.h>
#include <gtest/gtest.h>
#include <k8s/core/v1/config_map.pb.h>
#include <k8s/meta/v1/status.pb.h>

#include "defaults/defaults.h"
#include "kubus/api/json.h"

namespace kubus::apiserver {
namespace {

using Object = std::unique_ptr<google::protobuf::Message>;

const ResourceInfo& resource_for(const char* api_version, const char* kind) {
  return *resource_of(*find_message(api_version, kind));
}

Object decode(const ResourceInfo& resource, const char* json) {
  Object object = new_message(resource);
  EXPECT_TRUE(from_json(json, *object).ok()) << json;
  apply_defaults(*object);
  return object;
}

struct CreateCase {
  const char* name;
  const char* api_version;
  const char* kind;
  const char* object;
  const char* error;  // empty: valid
};

class CreateTest : public testing::TestWithParam<CreateCase> {};

TEST_P(CreateTest, ReportsWhatTheReferenceReports) {
  const CreateCase& c = GetParam();
  const ResourceInfo& resource = resource_for(c.api_version, c.kind);
  const Object object = decode(resource, c.object);
  EXPECT_EQ(join_errors(validate_create(*object, resource)), c.error);
}

constexpr CreateCase kCreates[] = {
    {"good_pod", "v1", "Pod",
     R"({"metadata":{"name":"p","namespace":"n"},"spec":{"containers":[{"name":"c","image":"i",
         "ports":[{"containerPort":80,"name":"http"}],"resources":{"limits":{"cpu":"1"}},
         "livenessProbe":{"httpGet":{"port":"http"}},
         "volumeMounts":[{"name":"v","mountPath":"/v"}]}],"volumes":[{"name":"v"}]}})",
     ""},
    {"pod_without_containers", "v1", "Pod",
     R"({"metadata":{"name":"p","namespace":"n"},"spec":{}})", "spec.containers: Required value"},
    {"pod_with_bad_name", "v1", "Pod",
     R"({"metadata":{"name":"P_","namespace":"n"},
         "spec":{"containers":[{"name":"c","image":"i"}]}})",
     "metadata.name: Invalid value: \"P_\": a lowercase RFC 1123 subdomain must consist of lower "
     "case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric "
     "character (e.g. 'example.com', regex used for validation is "
     "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"},
    {"container_without_image", "v1", "Pod",
     R"({"metadata":{"name":"p","namespace":"n"},"spec":{"containers":[{"name":"c"}]}})",
     "spec.containers[0].image: Required value"},
    {"container_names_twice", "v1", "Pod",
     R"({"metadata":{"name":"p","namespace":"n"},"spec":{"containers":[{"name":"c","image":"i"},
         {"name":"c","image":"i"}]}})",
     "spec.containers[1].name: Duplicate value: \"c\""},
    {"port_names_twice", "v1", "Pod",
     R"({"metadata":{"name":"p","namespace":"n"},"spec":{"containers":[{"name":"c","image":"i",
         "ports":[{"name":"a","containerPort":1},{"name":"a","containerPort":2}]}]}})",
     "spec.containers[0].ports[1].name: Duplicate value: \"a\""},
    {"host_port_twice", "v1", "Pod",
     R"({"metadata":{"name":"p","namespace":"n"},"spec":{"containers":[
         {"name":"a","image":"i","ports":[{"containerPort":1,"hostPort":80}]},
         {"name":"b","image":"i","ports":[{"containerPort":1,"hostPort":80}]}]}})",
     "spec.containers[1].ports[0].hostPort: Duplicate value: \"TCP//80\""},
    {"mount_without_volume", "v1", "Pod",
     R"({"metadata":{"name":"p","namespace":"n"},"spec":{"containers":[{"name":"c","image":"i",
         "volumeMounts":[{"name":"v","mountPath":"/v"}]}]}})",
     "spec.containers[0].volumeMounts[0].name: Not found: \"v\""},
    {"request_above_limit", "v1", "Pod",
     R"({"metadata":{"name":"p","namespace":"n"},"spec":{"containers":[{"name":"c","image":"i",
         "resources":{"requests":{"cpu":"2"},"limits":{"cpu":"1"}}}]}})",
     "spec.containers[0].resources.requests: Invalid value: \"2\": must be less than or equal to "
     "cpu limit of 1"},
    {"two_probes_in_one", "v1", "Pod",
     R"({"metadata":{"name":"p","namespace":"n"},"spec":{"containers":[{"name":"c","image":"i",
         "readinessProbe":{"exec":{"command":["a"]},"tcpSocket":{"port":1}}}]}})",
     "spec.containers[0].readinessProbe.tcpSocket: Forbidden: may not specify more than 1 handler "
     "type"},
    {"bad_restart_policy", "v1", "Pod",
     R"({"metadata":{"name":"p","namespace":"n"},"spec":{"restartPolicy":"Sometimes",
         "containers":[{"name":"c","image":"i"}]}})",
     "spec.restartPolicy: Unsupported value: \"Sometimes\": supported values: \"Always\", "
     "\"OnFailure\", \"Never\""},
    {"template_without_label", "apps/v1", "Deployment",
     R"({"metadata":{"name":"d","namespace":"n"},"spec":{"selector":{"matchLabels":{"a":"b"}},
         "template":{"metadata":{"labels":{"a":"c"}},
         "spec":{"containers":[{"name":"c","image":"i"}]}}}})",
     "spec.template.metadata.labels: Invalid value: {\"a\":\"c\"}: `selector` does not match "
     "template `labels`"},
    {"deployment_without_selector", "apps/v1", "Deployment",
     R"({"metadata":{"name":"d","namespace":"n"},"spec":{"template":{
         "spec":{"containers":[{"name":"c","image":"i"}]}}}})",
     "[spec.selector: Required value, spec.template.metadata.labels: Invalid value: null: "
     "`selector` does not match template `labels`]"},
    {"negative_replicas", "apps/v1", "Deployment",
     R"({"metadata":{"name":"d","namespace":"n"},"spec":{"replicas":-1,
         "selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},
         "spec":{"containers":[{"name":"c","image":"i"}]}}}})",
     "spec.replicas: Invalid value: -1: must be greater than or equal to 0"},
    {"nothing_may_change", "apps/v1", "Deployment",
     R"({"metadata":{"name":"d","namespace":"n"},"spec":{"selector":{"matchLabels":{"a":"b"}},
         "strategy":{"rollingUpdate":{"maxSurge":0,"maxUnavailable":0}},
         "template":{"metadata":{"labels":{"a":"b"}},
         "spec":{"containers":[{"name":"c","image":"i"}]}}}})",
     "spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` "
     "is 0"},
    {"service_name", "v1", "Service",
     R"({"metadata":{"name":"1s","namespace":"n"},"spec":{"ports":[{"port":80}]}})",
     "metadata.name: Invalid value: \"1s\": a DNS-1035 label must consist of lower case "
     "alphanumeric characters or '-', start with an alphabetic character, and end with an "
     "alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is "
     "'[a-z]([-a-z0-9]*[a-z0-9])?')"},
    {"service_ports", "v1", "Service",
     R"({"metadata":{"name":"s","namespace":"n"},"spec":{"ports":[{"port":0},{"port":80}]}})",
     "[spec.ports[0].name: Required value, spec.ports[0].port: Invalid value: 0: must be between "
     "1 and 65535, inclusive, spec.ports[0].targetPort: Invalid value: 0: must be between 1 and "
     "65535, inclusive, spec.ports[1].name: Required value]"},
    {"config_map_key", "v1", "ConfigMap",
     R"({"metadata":{"name":"c","namespace":"n"},"data":{"a b":"1"}})",
     "data[a b]: Invalid value: \"a b\": a valid config key must consist of alphanumeric "
     "characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used "
     "for validation is '[-._a-zA-Z0-9]+')"},
    {"tls_secret", "v1", "Secret",
     R"({"metadata":{"name":"s","namespace":"n"},"type":"kubernetes.io/tls"})",
     "[data[tls.crt]: Required value, data[tls.key]: Required value]"},
    {"job_restart_policy", "batch/v1", "Job",
     R"({"metadata":{"name":"j","namespace":"n"},"spec":{"manualSelector":true,
         "selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},
         "spec":{"containers":[{"name":"c","image":"i"}]}}}})",
     "spec.template.spec.restartPolicy: Required value: valid values: \"OnFailure\", \"Never\""},
    {"role_name_is_a_path_segment", "rbac.authorization.k8s.io/v1", "ClusterRole",
     R"({"metadata":{"name":"system:x"},"rules":[{"verbs":["*"],"apiGroups":["*"],
         "resources":["*"]}]})",
     ""},
    {"rule_without_verbs", "rbac.authorization.k8s.io/v1", "Role",
     R"({"metadata":{"name":"r","namespace":"n"},"rules":[{"apiGroups":[""],
         "resources":["pods"]}]})",
     "rules[0].verbs: Required value: verbs must contain at least one value"},
    {"namespaced_object_without_namespace", "v1", "ConfigMap", R"({"metadata":{"name":"c"}})",
     "metadata.namespace: Required value"},
    {"ingress_without_rules", "networking.k8s.io/v1", "Ingress",
     R"({"metadata":{"name":"i","namespace":"n"},"spec":{}})",
     "spec: Invalid value: null: either `defaultBackend` or `rules` must be specified"},
    {"label", "v1", "ConfigMap", R"({"metadata":{"name":"c","namespace":"n","labels":{"a":"!"}}})",
     "metadata.labels: Invalid value: \"!\": a valid label must be an empty string or consist of "
     "alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric "
     "character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is "
     "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"},
};

INSTANTIATE_TEST_SUITE_P(Cases, CreateTest, testing::ValuesIn(kCreates),
                         [](const auto& info) { return info.param.name; });

struct UpdateCase {
  const char* name;
  const char* api_version;
  const char* kind;
  const char* old;
  const char* object;
  const char* error;
};

class UpdateTest : public testing::TestWithParam<UpdateCase> {};

TEST_P(UpdateTest, ComparesWithTheOldObject) {
  const UpdateCase& c = GetParam();
  const ResourceInfo& resource = resource_for(c.api_version, c.kind);
  const Object old = decode(resource, c.old);
  const Object object = decode(resource, c.object);
  EXPECT_EQ(join_errors(validate_update(*object, *old, resource)), c.error);
}

constexpr UpdateCase kUpdates[] = {
    {"image_may_change", "v1", "Pod",
     R"({"metadata":{"name":"p","namespace":"n","resourceVersion":"1"},
         "spec":{"containers":[{"name":"c","image":"i:1"}]}})",
     R"({"metadata":{"name":"p","namespace":"n","resourceVersion":"1"},
         "spec":{"containers":[{"name":"c","image":"i:2"}]}})",
     ""},
    {"command_may_not", "v1", "Pod",
     R"({"metadata":{"name":"p","namespace":"n","resourceVersion":"1"},
         "spec":{"containers":[{"name":"c","image":"i:1"}]}})",
     R"({"metadata":{"name":"p","namespace":"n","resourceVersion":"1"},
         "spec":{"containers":[{"name":"c","image":"i:1","command":["x"]}]}})",
     "spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,"
     "`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only "
     "additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set "
     "to 1 if it was previously negative)\n"
     R"(@@ -5,7 +5,9 @@
     {
       "Name": "c",
       "Image": "i:1",
-      "Command": null,
+      "Command": [
+        "x"
+      ],
       "Args": null,
       "WorkingDir": "",
       "Ports": null,
)"},
    {"what_is_shared_with_the_node_may_not", "v1", "Pod",
     R"({"metadata":{"name":"p","namespace":"n","resourceVersion":"1"},
         "spec":{"priority":1,"containers":[{"name":"c","image":"i"}]}})",
     R"({"metadata":{"name":"p","namespace":"n","resourceVersion":"1"},
         "spec":{"priority":2,"hostPID":true,"hostUsers":true,"setHostnameAsFQDN":true,
         "containers":[{"name":"c","image":"i"}]}})",
     "spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,"
     "`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only "
     "additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set "
     "to 1 if it was previously negative)\n"
     R"(@@ -45,10 +45,10 @@
   "NodeName": "",
   "SecurityContext": {
     "HostNetwork": false,
-    "HostPID": false,
+    "HostPID": true,
     "HostIPC": false,
     "ShareProcessNamespace": null,
-    "HostUsers": null,
+    "HostUsers": true,
     "SELinuxOptions": null,
     "WindowsOptions": null,
     "RunAsUser": null,
@@ -66,13 +66,13 @@
   "ImagePullSecrets": null,
   "Hostname": "",
   "Subdomain": "",
-  "SetHostnameAsFQDN": null,
+  "SetHostnameAsFQDN": true,
   "Affinity": null,
   "SchedulerName": "default-scheduler",
   "Tolerations": null,
   "HostAliases": null,
   "PriorityClassName": "",
-  "Priority": 1,
+  "Priority": 2,
   "PreemptionPolicy": null,
   "DNSConfig": null,
   "ReadinessGates": null,
)"},
    {"claims_do_not_change", "v1", "PersistentVolumeClaim",
     R"({"metadata":{"name":"c","namespace":"n","resourceVersion":"1"},"spec":{"accessModes":
         ["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}},"volumeName":"v"}})",
     R"({"metadata":{"name":"c","namespace":"n","resourceVersion":"1"},"spec":{"accessModes":
         ["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}},"volumeName":"w"}})",
     "spec: Forbidden: spec is immutable after creation except resources.requests and "
     "volumeAttributesClassName for bound claims\n"
     R"(@@ -9,7 +9,7 @@
       "storage": "1Gi"
     }
   },
-  "VolumeName": "v",
+  "VolumeName": "w",
   "StorageClassName": null,
   "VolumeMode": "Filesystem",
   "DataSource": null,
)"},
    {"volumes_keep_their_source", "v1", "PersistentVolume",
     R"({"metadata":{"name":"v","resourceVersion":"1"},"spec":{"accessModes":["ReadWriteOnce"],
         "capacity":{"storage":"1Gi"},"hostPath":{"path":"/a"}}})",
     R"({"metadata":{"name":"v","resourceVersion":"1"},"spec":{"accessModes":["ReadWriteOnce"],
         "capacity":{"storage":"1Gi"},"hostPath":{"path":"/b"}}})",
     "spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after "
     "creation\n"
     R"(@@ -2,7 +2,7 @@
   "GCEPersistentDisk": null,
   "AWSElasticBlockStore": null,
   "HostPath": {
-    "Path": "/a",
+    "Path": "/b",
     "Type": ""
   },
   "Glusterfs": null,
)"},
    {"no_new_containers", "v1", "Pod",
     R"({"metadata":{"name":"p","namespace":"n","resourceVersion":"1"},
         "spec":{"containers":[{"name":"c","image":"i:1"}]}})",
     R"({"metadata":{"name":"p","namespace":"n","resourceVersion":"1"},
         "spec":{"containers":[{"name":"c","image":"i:1"},{"name":"d","image":"i:1"}]}})",
     "spec.containers: Forbidden: pod updates may not add or remove containers"},
    {"selector_is_immutable", "apps/v1", "Deployment",
     R"({"metadata":{"name":"d","namespace":"n","resourceVersion":"1"},
         "spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b",
         "c":"d"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}})",
     R"({"metadata":{"name":"d","namespace":"n","resourceVersion":"1"},
         "spec":{"selector":{"matchLabels":{"c":"d"}},"template":{"metadata":{"labels":{"a":"b",
         "c":"d"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}})",
     "spec.selector: Invalid value: {\"matchLabels\":{\"c\":\"d\"}}: field is immutable"},
    {"immutable_config_map", "v1", "ConfigMap",
     R"({"metadata":{"name":"c","namespace":"n","resourceVersion":"1"},"immutable":true,
         "data":{"a":"1"}})",
     R"({"metadata":{"name":"c","namespace":"n","resourceVersion":"1"},"immutable":true,
         "data":{"a":"2"}})",
     "data: Forbidden: field is immutable when `immutable` is set"},
    {"name_is_immutable", "v1", "ConfigMap",
     R"({"metadata":{"name":"c","namespace":"n","resourceVersion":"1"}})",
     R"({"metadata":{"name":"d","namespace":"n","resourceVersion":"1"}})",
     "metadata.name: Invalid value: \"d\": field is immutable"},
    {"role_of_a_binding", "rbac.authorization.k8s.io/v1", "RoleBinding",
     R"({"metadata":{"name":"b","namespace":"n","resourceVersion":"1"},
         "roleRef":{"kind":"Role","name":"a"}})",
     R"({"metadata":{"name":"b","namespace":"n","resourceVersion":"1"},
         "roleRef":{"kind":"Role","name":"b"}})",
     "roleRef: Invalid value: {\"APIGroup\":\"rbac.authorization.k8s.io\",\"Kind\":\"Role\","
     "\"Name\":\"b\"}: cannot change roleRef"},
};

INSTANTIATE_TEST_SUITE_P(Cases, UpdateTest, testing::ValuesIn(kUpdates),
                         [](const auto& info) { return info.param.name; });

TEST(Validation, StatusHasMessageAndCauses) {
  ErrorList errors;
  errors.required(Path("spec").child("selector"));
  const Status status = to_status(resource_for("apps/v1", "Deployment"), "d", errors);
  EXPECT_EQ(status.code(), Code::kInvalid);
  EXPECT_EQ(status.message(), "Deployment.apps \"d\" is invalid: spec.selector: Required value");
  meta_v1::StatusDetails details;
  ASSERT_TRUE(details.ParseFromString(status.details()));
  EXPECT_EQ(details.kind(), "Deployment");
  ASSERT_EQ(details.causes_size(), 1);
  EXPECT_EQ(details.causes(0).reason(), "FieldValueRequired");
  EXPECT_EQ(details.causes(0).field(), "spec.selector");
  EXPECT_TRUE(to_status("", "Pod", "p", ErrorList()).ok());
}

TEST(Validation, WhatIsTooLongAsAWholeHasNoField) {
  const ResourceInfo& resource = resource_for("v1", "ConfigMap");
  const Object object = decode(resource, R"({"metadata":{"name":"c","namespace":"n"}})");
  auto& data = *static_cast<core_v1::ConfigMap&>(*object).mutable_data();
  data["half"] = std::string(512 * 1024, 'x');
  EXPECT_TRUE(validate_create(*object, resource).empty());
  data["more"] = std::string(512 * 1024 + 1, 'x');
  EXPECT_EQ(join_errors(validate_create(*object, resource)),
            "[]: Too long: may not be more than 1048576 bytes");
}

TEST(Validation, EmptyObjectsOfEveryKindAreHandled) {
  for (const ResourceInfo& resource : all_resources()) {
    const Object object = new_message(resource);
    apply_defaults(*object);
    validate_create(*object, resource);
    validate_update(*object, *object, resource);
    validate_status_update(*object, *object, resource);
  }
}

}  // namespace
}  // namespace kubus::apiserver
