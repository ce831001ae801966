#include "golden.h"

namespace kubus::test {
namespace {

constexpr Golden kGoldens[] = {
    {"Pod",
     R"({"kind":"Pod","apiVersion":"v1","metadata":{"name":"web-0","namespace":"default",)"
     R"("uid":"6c3c","resourceVersion":"12","creationTimestamp":"2026-01-02T03:04:05Z",)"
     R"("labels":{"app":"web","tier":"front"},"ownerReferences":[{"apiVersion":"apps/v1",)"
     R"("kind":"StatefulSet","name":"web","uid":"77","controller":true}]},)"
     R"("spec":{"volumes":[{"name":"tmp","emptyDir":{"medium":"Memory","sizeLimit":"64Mi"}},)"
     R"({"name":"cfg","configMap":{"name":"web","items":[{"key":"a","path":"b"}],)"
     R"("defaultMode":420}}],"initContainers":[{"name":"init","image":"busybox",)"
     R"("resources":{}}],"containers":[{"name":"web","image":"nginx:1.27",)"
     R"("args":["-g","daemon off;"],"ports":[{"name":"http","containerPort":80,)"
     R"("protocol":"TCP"}],"env":[{"name":"POD","valueFrom":{"fieldRef":)"
     R"({"apiVersion":"v1","fieldPath":"metadata.name"}}}],"resources":{"limits":)"
     R"({"cpu":"500m","memory":"128Mi"},"requests":{"cpu":"250m"}},"volumeMounts":)"
     R"([{"name":"tmp","mountPath":"/tmp"}],"livenessProbe":{"httpGet":{"path":"/",)"
     R"("port":"http"},"periodSeconds":5},"imagePullPolicy":"IfNotPresent"}],)"
     R"("restartPolicy":"Always","terminationGracePeriodSeconds":0,)"
     R"("tolerations":[{"key":"k","operator":"Exists","effect":"NoExecute",)"
     R"("tolerationSeconds":300}],"priority":0},"status":{"phase":"Running",)"
     R"("conditions":[{"type":"Ready","status":"True","lastProbeTime":null,)"
     R"("lastTransitionTime":"2026-01-02T03:04:06Z"}],"podIP":"10.0.0.7",)"
     R"("podIPs":[{"ip":"10.0.0.7"}],"startTime":"2026-01-02T03:04:05Z",)"
     R"("containerStatuses":[{"name":"web","state":{"running":{"startedAt":)"
     R"("2026-01-02T03:04:06Z"}},"lastState":{},"ready":true,"restartCount":0,)"
     R"("image":"nginx:1.27","imageID":"","started":true}]}})"},
    {"Deployment",
     R"({"kind":"Deployment","apiVersion":"apps/v1","metadata":{"name":"web",)"
     R"("annotations":{"a":"\u003cb\u003e \u0026 c"}},"spec":{"replicas":0,"selector":)"
     R"({"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"}},)"
     R"("spec":{"containers":[{"name":"c","image":"i","resources":{}}]}},"strategy":)"
     R"({"type":"RollingUpdate","rollingUpdate":{"maxUnavailable":"25%","maxSurge":1}},)"
     R"("revisionHistoryLimit":10,"progressDeadlineSeconds":600},"status":)"
     R"({"observedGeneration":3,"conditions":[{"type":"Available","status":"False",)"
     R"("lastUpdateTime":null,"lastTransitionTime":null,"reason":"r","message":"m"}]}})"},
    {"Service", R"({"kind":"Service","apiVersion":"v1","metadata":{"name":"web"},"spec":{"ports":)"
                R"([{"name":"http","protocol":"TCP","port":80,"targetPort":8080,"nodePort":30080},)"
                R"({"port":443,"targetPort":0}],"selector":{"app":"web"},"clusterIP":"10.96.0.9",)"
                R"("clusterIPs":["10.96.0.9"],"type":"NodePort","ipFamilies":["IPv4"],)"
                R"("ipFamilyPolicy":"SingleStack","allocateLoadBalancerNodePorts":false},)"
                R"("status":{"loadBalancer":{"ingress":[{"ip":"192.0.2.1","ipMode":"VIP"}]}}})"},
    {"ConfigMap with binary data",
     R"({"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"c"},"immutable":true,)"
     R"("data":{"a.yaml":"x: 1\n\ty\u0001","z":"\u2028\"\\"},"binaryData":)"
     R"({"b":"AAECAw==","e":""}})"},
    {"Secret", R"({"kind":"Secret","apiVersion":"v1","metadata":{"name":"s"},)"
               R"("data":{"password":"c2VjcmV0"},"type":"Opaque"})"},
    {"Event with MicroTime",
     R"({"kind":"Event","apiVersion":"v1","metadata":{"name":"e","namespace":"default"},)"
     R"("involvedObject":{"kind":"Pod","name":"p"},"reason":"Started","source":)"
     R"({"component":"kubelet","host":"n1"},"firstTimestamp":null,"lastTimestamp":null,)"
     R"("type":"Normal","eventTime":"2026-01-02T03:04:05.000600Z","series":{"count":2,)"
     R"("lastObservedTime":"2026-01-02T03:04:06.000000Z"},"reportingComponent":"",)"
     R"("reportingInstance":""})"},
    {"StatefulSet writes the kind of its claims",
     R"({"kind":"StatefulSet","apiVersion":"apps/v1","metadata":{},"spec":{"selector":null,)"
     R"("template":{"metadata":{},"spec":{"containers":null}},"volumeClaimTemplates":)"
     R"([{"kind":"PersistentVolumeClaim","apiVersion":"v1","metadata":{"name":"d"},"spec":)"
     R"({"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}},)"
     R"("status":{}}],"serviceName":"","updateStrategy":{}},"status":{"replicas":0,)"
     R"("availableReplicas":0}})"},
    {"HorizontalPodAutoscaler v2",
     R"({"kind":"HorizontalPodAutoscaler","apiVersion":"autoscaling/v2","metadata":{},)"
     R"("spec":{"scaleTargetRef":{"kind":"Deployment","name":"web","apiVersion":"apps/v1"},)"
     R"("minReplicas":2,"maxReplicas":5,"metrics":[{"type":"Resource","resource":)"
     R"({"name":"cpu","target":{"type":"Utilization","averageUtilization":80}}},)"
     R"({"type":"Pods","pods":{"metric":{"name":"qps","selector":{"matchExpressions":)"
     R"([{"key":"k","operator":"In","values":["v"]}]}},"target":{"type":"AverageValue",)"
     R"("averageValue":"1500m"}}}],"behavior":{"scaleDown":{"stabilizationWindowSeconds":0,)"
     R"("policies":[{"type":"Percent","value":100,"periodSeconds":15}]}}},)"
     R"("status":{"desiredReplicas":0,"currentMetrics":null}})"},
    {"CustomResourceDefinition",
     R"({"kind":"CustomResourceDefinition","apiVersion":"apiextensions.k8s.io/v1",)"
     R"("metadata":{"name":"ws.example.com"},"spec":{"group":"example.com","names":)"
     R"({"plural":"ws","kind":"W"},"scope":"Namespaced","versions":[{"name":"v1",)"
     R"("served":true,"storage":true,"schema":{"openAPIV3Schema":{"$ref":"#/x",)"
     R"("type":"object","default":{"b":1,"a":[null,true]},"maximum":1.5,"minimum":1e-7,)"
     R"("enum":["x",2],"items":{"type":"string"},"properties":{"p":{"type":"integer",)"
     R"("maximum":1e+21},"q":{"additionalProperties":false},"r":{"additionalProperties":)"
     R"({"type":"string"}},"s":{"items":[{"type":"string"},{"type":"number"}]}},)"
     R"("dependencies":{"d":["x","y"]},"x-kubernetes-preserve-unknown-fields":true,)"
     R"("x-kubernetes-int-or-string":true,"x-kubernetes-list-map-keys":["k"],)"
     R"("x-kubernetes-list-type":"map","x-kubernetes-validations":[{"rule":"self.a",)"
     R"("message":"m"}]}},"subresources":{"status":{},"scale":{"specReplicasPath":".a",)"
     R"("statusReplicasPath":".b"}}}]},"status":{"conditions":null,"acceptedNames":)"
     R"({"plural":"","kind":""},"storedVersions":null}})"},
    {"Status", R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure",)"
               R"("message":"pods \"a\" not found","reason":"NotFound","details":{"name":"a",)"
               R"("kind":"pods","causes":[{"reason":"FieldValueInvalid","field":"spec.x[0]"}]},)"
               R"("code":404})"},
    {"Table",
     R"({"kind":"Table","apiVersion":"meta.k8s.io/v1","metadata":{"resourceVersion":"1"},)"
     R"("columnDefinitions":[{"name":"Name","type":"string","format":"name",)"
     R"("description":"d","priority":0}],"rows":[{"cells":["a",1,true,null,1.5],)"
     R"("conditions":[{"type":"Completed","status":"True"}],"object":{"kind":)"
     R"("PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":{"name":"a"}}}]})"},
    {"an empty list",
     R"({"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"5"},"items":[]})"},
    {"items without kind",
     R"({"kind":"ConfigMapList","apiVersion":"v1","metadata":{"continue":"x",)"
     R"("remainingItemCount":0},"items":[{"metadata":{"name":"a"}},{"metadata":{}}]})"},
    {"managed fields",
     R"({"kind":"Namespace","apiVersion":"v1","metadata":{"name":"n","managedFields":)"
     R"([{"manager":"kubectl","operation":"Apply","apiVersion":"v1","time":)"
     R"("2026-01-02T03:04:05Z","fieldsType":"FieldsV1","fieldsV1":{"f:metadata":)"
     R"({"f:labels":{".":{},"k:{\"a\":\"\u003c\"}":{}}}}}]},"spec":{},"status":{}})"},
    {"NodeMetrics with Duration",
     R"({"kind":"NodeMetrics","apiVersion":"metrics.k8s.io/v1beta1","metadata":{"name":"n"},)"
     R"("timestamp":"2026-01-02T03:04:05Z","window":"1m0.5s","usage":{"cpu":"12345n",)"
     R"("memory":"1Ki"}})"},
    {"AdmissionReview",
     R"({"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":"u",)"
     R"("kind":{"group":"","version":"v1","kind":"Pod"},"resource":{"group":"",)"
     R"("version":"v1","resource":"pods"},"operation":"CREATE","userInfo":{"username":"x",)"
     R"("extra":{"scopes":["a","b"]}},"object":{"any":[1,{"x":null}]},"oldObject":null,)"
     R"("dryRun":false,"options":null}})"},
    {"APIResourceList",
     R"({"kind":"APIResourceList","apiVersion":"v1","groupVersion":"v1","resources":)"
     R"([{"name":"pods","singularName":"pod","namespaced":true,"kind":"Pod","verbs":)"
     R"(["get","list"],"shortNames":["po"]},{"name":"x","singularName":"",)"
     R"("namespaced":false,"kind":"X","verbs":null}]})"},
    {"ControllerRevision",
     R"({"kind":"ControllerRevision","apiVersion":"apps/v1","metadata":{"name":"r"},)"
     R"("data":{"spec":{"template":{"$patch":"replace"}}},"revision":2})"},
    {"ValidatingWebhookConfiguration",
     R"({"kind":"ValidatingWebhookConfiguration","apiVersion":)"
     R"("admissionregistration.k8s.io/v1","metadata":{"name":"v"},"webhooks":)"
     R"([{"name":"a.b.c","clientConfig":{"url":"https://x","caBundle":"Y2E="},"rules":)"
     R"([{"operations":["*"],"apiGroups":[""],"apiVersions":["v1"],"resources":["pods"]}],)"
     R"("sideEffects":null,"admissionReviewVersions":["v1"]}]})"},
};

}  // namespace

std::span<const Golden> goldens() { return kGoldens; }

}  // namespace kubus::test
