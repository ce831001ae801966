// What is wrong is said as the reference says it.
#include "play.h"

namespace kubus::e2e {
namespace {

using Errors = Play;

TEST_F(Errors, OfNamesThatAreNotThereOrTaken) {
  play({
      {"kubectl get pod nope", "Error from server (NotFound): pods \"nope\" not found", 1},
      {"kubectl get deploy nope",
       "Error from server (NotFound): deployments.apps \"nope\" not found", 1},
      {"kubectl get nope", "error: the server doesn't have a resource type \"nope\"", 1},
      {"kubectl delete pod nope", "Error from server (NotFound): pods \"nope\" not found", 1},
      {"kubectl delete pod nope --ignore-not-found", ""},
      {"kubectl get configmaps -n missing", "No resources found in missing namespace."},
      {"kubectl create configmap a -n missing",
       "error: failed to create configmap: namespaces \"missing\" not found", 1},
      {"kubectl create configmap a", "configmap/a created"},
      {"kubectl create configmap a",
       "error: failed to create configmap: configmaps \"a\" already exists", 1},
      {"kubectl create namespace default",
       "Error from server (AlreadyExists): namespaces \"default\" already exists", 1},
      {"kubectl delete namespace default",
       "Error from server (Forbidden): namespaces \"default\" is forbidden: this namespace may not "
       "be deleted",
       1},
      {"kubectl get --raw /nothing",
       "Error from server (NotFound): the server could not find the requested resource", 1},
  });
}

TEST_F(Errors, OfObjectsThatAreInvalid) {
  write("unknown.yaml", "{apiVersion: example.com/v1, kind: Thing, metadata: {name: a}}");
  write("field.yaml", "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, dta: {}}");
  write("pod.yaml", "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {}}");
  write("many.yaml", R"(
apiVersion: apps/v1
kind: Deployment
metadata: {name: many}
spec:
  selector: {matchLabels: {a: b}}
  template:
    metadata: {labels: {a: c}}
    spec: {containers: [{name: X, image: ""}]}
)");
  play({
      {"kubectl apply -f unknown.yaml", R"(
error: resource mapping not found for name: "a" namespace: "" from "unknown.yaml": no matches for kind "Thing" in version "example.com/v1"
ensure CRDs are installed first
)",
       1},
      {"kubectl apply -f field.yaml",
       "Error from server (BadRequest): error when creating \"field.yaml\": ConfigMap in version "
       "\"v1\" cannot be handled as a ConfigMap: strict decoding error: unknown field \"dta\"",
       1},
      {"kubectl apply -f field.yaml --validate=warn",
       "Warning: unknown field \"dta\"\nconfigmap/a created"},
      {"kubectl apply -f pod.yaml", "The Pod \"a\" is invalid: spec.containers: Required value", 1},
      {"kubectl apply -f many.yaml", R"(
The Deployment "many" is invalid: 
* spec.template.metadata.labels: Invalid value: {"a":"c"}: `selector` does not match template `labels`
* spec.template.spec.containers[0].name: Invalid value: "X": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')
* spec.template.spec.containers[0].image: Required value
)",
       1},
      {"kubectl create configmap Bad_Name",
       "error: failed to create configmap: ConfigMap \"Bad_Name\" is invalid: metadata.name: "
       "Invalid value: \"Bad_Name\": a lowercase RFC 1123 subdomain must consist of lower case …",
       1},
      {"kubectl create service clusterip Bad --tcp=80",
       "error: failed to create ClusterIP service: Service \"Bad\" is invalid: metadata.name: "
       "Invalid value: \"Bad\": a DNS-1035 label must consist of …",
       1},
      {"kubectl get pods --field-selector=nothing=a",
       "Error from server (BadRequest): Unable to find \"/v1, Resource=pods\" that match label "
       "selector \"\", field selector \"nothing=a\": field label not supported: nothing",
       1},
      {"kubectl get pods -l 'a b'", "…unable to parse requirement: …", 1},
  });
}

TEST_F(Errors, OfFieldsThatMayNotChange) {
  play({
      {"kubectl create deployment web --image=demo:1.0 --replicas=0",
       "deployment.apps/web created"},
      {R"(kubectl patch deployment web -p '{"spec":{"selector":{"matchLabels":{"app":"x"}}}}')",
       R"(
The Deployment "web" is invalid: 
* spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`
* spec.selector: Invalid value: {"matchLabels":{"app":"x"}}: field is immutable
)",
       1},
      {"kubectl create service clusterip web --tcp=80", "service/web created"},
      {R"(kubectl patch service web -p '{"spec":{"clusterIP":"10.96.200.7"}}')",
       "The Service \"web\" is invalid: spec.clusterIPs[0]: Invalid value: [\"10.96.200.7\"]: may "
       "not change once set",
       1},
      {"kubectl run web --image=demo:1.0 --env=A=b", "pod/web created"},
      {R"(kubectl patch pod web -p '{"spec":{"hostNetwork":true}}')",
       "The Pod \"web\" is invalid: spec: Forbidden: pod updates may not change fields other than "
       "`spec.containers[*].image`,…\n…\n+    \"HostNetwork\": true,\n…",
       1},
      {"kubectl create secret generic s --from-literal=a=b", "secret/s created"},
      {R"(kubectl patch secret s -p '{"immutable":true}')", "secret/s patched"},
      {R"(kubectl patch secret s -p '{"stringData":{"a":"c"}}')",
       "The Secret \"s\" is invalid: data: Forbidden: field is immutable when `immutable` is set",
       1},
      {R"(kubectl patch secret s -p '{"type":"x"}')",
       "The Secret \"s\" is invalid: type: Invalid value: \"x\": field is immutable", 1},
  });
}

TEST_F(Errors, OfWritersThatCameSecond) {
  play({
      {"kubectl create configmap a", "configmap/a created"},
      {"kubectl get configmap a -o yaml > old.yaml", ""},
      {"kubectl label configmap a x=y", "configmap/a labeled"},
      {"kubectl replace -f old.yaml",
       "Error from server (Conflict): error when replacing \"old.yaml\": Operation cannot be "
       "fulfilled on configmaps \"a\": the object has been modified; please apply your changes to "
       "the latest version and try again",
       1},
      {R"(kubectl patch configmap a --type=json -p '[{"op":"test","path":"/metadata/name","value":"b"}]')",
       "The request is invalid: the server rejected our request due to an error in our request", 1},
      {R"(kubectl patch configmap a --type=json -p '[{"op":"remove","path":"/data/b"}]')",
       "The request is invalid: the server rejected our request due to an error in our request", 1},
  });
}

TEST_F(Errors, OfPatches) {
  play({
      {"kubectl create deployment web --image=demo:1.0 --replicas=0",
       "deployment.apps/web created"},
      {R"(kubectl patch deployment web -p '{"spec":{"replicas":"3"}}')",
       "The request is invalid: patch: Invalid value: \"map[spec:map[replicas:3]]\": unrecognized "
       "type: int32",
       1},
      {R"(kubectl patch deployment web -p '{"metadata":{"labels":{"a":1}}}')",
       "The request is invalid: patch: Invalid value: \"map[metadata:map[labels:map[a:1]]]\": "
       "cannot "
       "convert int64 to string",
       1},
      {R"(kubectl patch deployment web --type=merge -p '{"spec":{"replicas":"3"}}')",
       "The request is invalid: patch: Invalid value: …: json: cannot unmarshal string into Go "
       "struct field DeploymentSpec.spec.replicas of type int32",
       1},
      {R"(kubectl patch deployment web --type=merge -p '[]')",
       "Error from server (BadRequest): error decoding patch: json: cannot unmarshal array into Go "
       "value of type map[string]interface {}",
       1},
  });
}

}  // namespace
}  // namespace kubus::e2e
