// Custom resources, as users of kubectl meet them. Names of definitions are of the whole cluster,
// so each test has a group of its own.
#include "play.h"

namespace kubus::e2e {
namespace {

class Custom : public Play {
 protected:
  void SetUp() override {
    Play::SetUp();
    if (IsSkipped()) return;
    group_ = ns() + ".example.com";
    write("crd.yaml", R"(
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: crontabs.)" +
                          group_ + R"(}
spec:
  group: )" + group_ + R"(
  scope: Namespaced
  names: {plural: crontabs, singular: crontab, kind: CronTab, shortNames: [ct], categories: [all]}
  versions:
  - name: v1
    served: true
    storage: true
    subresources:
      status: {}
      scale: {specReplicasPath: .spec.replicas, statusReplicasPath: .status.replicas}
    additionalPrinterColumns:
    - {name: Spec, type: string, description: The schedule, jsonPath: .spec.cronSpec}
    - {name: Replicas, type: integer, jsonPath: .spec.replicas}
    - {name: Image, type: string, jsonPath: .spec.image, priority: 1}
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            required: [cronSpec]
            properties:
              cronSpec: {type: string, description: When to run, pattern: '^\S+( \S+){4}$'}
              image: {type: string, default: "demo:1.0"}
              replicas: {type: integer, minimum: 0, maximum: 9, default: 1}
          status: {type: object, properties: {replicas: {type: integer}}}
)");
    write("ct.yaml", object("my", "spec: {cronSpec: '* * * * */5'}"));
  }

  // Short names are of the whole cluster.
  void TearDown() override {
    if (!IsSkipped()) output_of("kubectl delete " + crd() + " --ignore-not-found");
    Play::TearDown();
  }

  std::string object(const std::string& name, const std::string& rest) const {
    return "apiVersion: " + group_ + "/v1\nkind: CronTab\nmetadata: {name: " + name + "}\n" + rest +
           "\n";
  }
  std::string crd() const {
    return "customresourcedefinition.apiextensions.k8s.io/crontabs." + group_;
  }
  std::string my() const { return "crontab." + group_ + "/my"; }
  void define() {
    play({{"kubectl apply -f crd.yaml", crd() + " created"},
          {"kubectl wait --for=condition=Established " + crd(), crd() + " condition met"}});
  }

  std::string group_;
};

TEST_F(Custom, ObjectsAreMadeShownChangedAndDeleted) {
  define();
  play({
      {"kubectl apply -f ct.yaml", my() + " created"},
      {"kubectl apply -f ct.yaml", my() + " unchanged"},
      {"kubectl get ct", "NAME   SPEC          REPLICAS\nmy     * * * * */5   1"},
      {"kubectl get crontab my -o wide",
       "NAME   SPEC          REPLICAS   IMAGE\nmy     * * * * */5   1          demo:1.0"},
      {"kubectl get all -o name", my()},
      {"kubectl patch ct my --type merge -p '{\"spec\":{\"replicas\":3}}'", my() + " patched"},
      {"kubectl patch ct my --type json -p "
       "'[{\"op\":\"test\",\"path\":\"/spec/replicas\",\"value\":3}]'",
       my() + " patched (no change)"},
      {"kubectl patch ct my -p '{\"spec\":{\"replicas\":4}}'",
       "error: application/strategic-merge-patch+json is not supported by " + group_ +
           "/v1, Kind=CronTab: the body of the request was in an unknown format - accepted media "
           "types include: application/json-patch+json, application/merge-patch+json, "
           "application/apply-patch+yaml",
       1},
      {"kubectl label ct my a=b", my() + " labeled"},
      {"kubectl get ct -l a=b -o jsonpath='{.items[*].metadata.generation}'", "2"},
      {"kubectl scale ct my --replicas=5", my() + " scaled"},
      {"kubectl get ct my -o jsonpath='{.spec.replicas}'", "5"},
      {"kubectl get ct my --subresource=scale",
       "NAME  DESIRED  AVAILABLE  AGE\nmy  5  0  …"},
      {"kubectl scale ct my --current-replicas=4 --replicas=3",
       "error: Expected replicas to be 4, was 5", 1},
      {"kubectl patch ct my --subresource=status --type merge -p '{\"status\":{\"replicas\":5}}'",
       my() + " patched"},
      {"kubectl wait --for=jsonpath='{.status.replicas}'=5 ct/my --timeout=10s",
       my() + " condition met"},
      {"kubectl delete ct my", "crontab." + group_ + " \"my\" deleted from " + ns() + " namespace"},
      {"kubectl get ct", "No resources found in " + ns() + " namespace."},
  });
}

TEST_F(Custom, WhatTheSchemaForbidsIsRefused) {
  define();
  write("bad.yaml", object("bad", "spec: {cronSpec: daily, replicas: 12}"));
  write("odd.yaml", object("odd", "spec: {cronSpec: '* * * * *', colour: red}"));
  play({
      {"kubectl create -f bad.yaml", R"(
The CronTab "bad" is invalid: 
* spec.cronSpec: Invalid value: "daily": spec.cronSpec in body should match '^\S+( \S+){4}$'
* spec.replicas: Invalid value: 12: spec.replicas in body should be less than or equal to 9)",
       1},
      {"kubectl create -f odd.yaml", R"(
Error from server (BadRequest): error when creating "odd.yaml": CronTab in version "v1" cannot be handled as a CronTab: strict decoding error: unknown field "spec.colour")",
       1},
  });
}

TEST_F(Custom, FieldsHaveOwners) {
  define();
  write("scaled.yaml", object("my", "spec: {cronSpec: '* * * * */5', replicas: 2}"));
  write("other.yaml", object("my", "spec: {replicas: 7}"));
  play({
      {"kubectl apply --server-side -f scaled.yaml", my() + " serverside-applied"},
      {"kubectl apply --server-side --field-manager other -f other.yaml 2>&1 | head -2",
       "error: Apply failed with 1 conflict: conflict with \"kubectl\": .spec.replicas\n…"},
      {"kubectl apply --server-side --field-manager other --force-conflicts -f other.yaml",
       my() + " serverside-applied"},
      {"kubectl get ct my -o jsonpath='{.spec.replicas}'", "7"},
  });
}

TEST_F(Custom, IsExplained) {
  define();
  play({
      {"kubectl explain crontab.spec --api-version=" + group_ + "/v1", R"(
GROUP:      )" + group_ + R"(
KIND:       CronTab
VERSION:    v1

FIELD: spec <Object>


DESCRIPTION:
    <empty>
FIELDS:
  cronSpec	<string> -required-
    When to run

  image	<string>
    <no description>

  replicas	<integer>
    <no description>
)",
       0, kEventually},
      {"kubectl api-resources --api-group=" + group_ + " --no-headers | tr -s ' '",
       "crontabs ct " + group_ + "/v1 true CronTab"},
  });
}

TEST_F(Custom, ObjectsGoWithTheirOwnersNamespaceAndDefinition) {
  define();
  play({
      {"kubectl create namespace " + ns() + "-x", "namespace/" + ns() + "-x created"},
      {"kubectl apply -n " + ns() + "-x -f ct.yaml", my() + " created"},
      {"kubectl delete namespace " + ns() + "-x", "namespace \"" + ns() + "-x\" deleted"},
      {"kubectl get ct -A --no-headers", "No resources found"},
      {"kubectl apply -f ct.yaml", my() + " created"},
      {"kubectl create configmap owned", "configmap/owned created"},
      {"kubectl patch configmap owned -p \"{\\\"metadata\\\":{\\\"ownerReferences\\\":[{"
       "\\\"apiVersion\\\":\\\"" +
           group_ +
           "/v1\\\",\\\"kind\\\":\\\"CronTab\\\",\\\"name\\\":\\\"my\\\","
           "\\\"uid\\\":\\\"$(kubectl get ct my -o jsonpath='{.metadata.uid}')\\\"}]}}\"",
       "configmap/owned patched"},
      {"kubectl delete ct my", "crontab." + group_ + " \"my\" deleted from " + ns() + " namespace"},
      {"kubectl get configmap owned",
       "Error from server (NotFound): configmaps \"owned\" not found", 1, kEventually},
      {"kubectl apply -f ct.yaml", my() + " created"},
      {"kubectl delete " + crd(),
       "customresourcedefinition.apiextensions.k8s.io \"crontabs." + group_ + "\" deleted"},
      {"kubectl get crontabs." + group_,
       "error: the server doesn't have a resource type \"crontabs\"", 1, kEventually},
      {"kubectl apply -f crd.yaml", crd() + " created"},
      {"kubectl wait --for=condition=Established " + crd(), crd() + " condition met"},
      {"kubectl get crontabs." + group_, "No resources found in " + ns() + " namespace.", 0,
       kEventually},
  });
}

// The namespace goes before anybody has heard of the kind; and the one that empties it wakes up to it.
TEST_F(Custom, NothingIsLeftInANamespaceThatEndsRightAfterADefinition) {
  write("rush", R"(#!/bin/sh
for i in 1 2 3 4 5; do
  kubectl apply -f crd.yaml
  kubectl create namespace $1
  until kubectl apply -n $1 -f ct.yaml; do :; done
  [ $i = 5 ] && kubus plugin unload controller-namespace
  kubectl delete namespace $1 --wait=false
  [ $i = 5 ] && kubus plugin load controller-namespace
  kubectl wait --for=delete namespace/$1
  kubectl get crontabs -A -o name >>left
  kubectl delete crd $2
done >/dev/null 2>log
cat left
)",
        true);
  play({{"./rush " + ns() + "-x crontabs." + group_, ""}});
}

TEST_F(Custom, AreCountedByQuotas) {
  define();
  const auto counted = "count/crontabs." + group_;
  const auto used = "kubectl get quota q -o jsonpath='{.status.used}'";
  const auto uses = [&](int number) {
    return "{\"" + counted + "\":\"" + std::to_string(number) + "\"}";
  };
  write("more.yaml", object("more", "spec: {cronSpec: '* * * * */5'}"));
  play({
      {"kubectl create quota q --hard=" + counted + "=1", "resourcequota/q created"},
      {used, uses(0), 0, kEventually},
      {"kubectl apply -f ct.yaml", my() + " created"},
      {used, uses(1)},
      {"kubectl apply -f more.yaml",
       "Error from server (Forbidden): error when creating \"more.yaml\": crontabs." + group_ +
           " \"more\" is forbidden: exceeded quota: q, requested: " + counted + "=1, used: " +
           counted + "=1, limited: " + counted + "=1",
       1},
      {"kubectl delete ct my", "crontab." + group_ + " \"my\" deleted from " + ns() + " namespace"},
      {used, uses(0), 0, kEventually},
      // What was there before somebody counts.
      {"kubectl apply -f ct.yaml", my() + " created"},
      {"kubectl delete quota q", "resourcequota \"q\" deleted from " + ns() + " namespace"},
      {"kubectl create quota q --hard=" + counted + "=2", "resourcequota/q created"},
      {used, uses(1), 0, kEventually},
      // The kind goes, and comes again.
      {"kubectl delete " + crd(), "… deleted"},
      {used, "", 0, kEventually},
      {"kubectl apply -f crd.yaml", crd() + " created"},
      {used, uses(0), 0, kEventually},
      {"kubectl apply -f ct.yaml", my() + " created", 0, kEventually},
      {used, uses(1)},
  });
}

TEST_F(Custom, RulesInExpressionsHold) {
  define();
  const auto kind = "The CronTab \"my\" is invalid: spec: Invalid value: ";
  const auto patch = "kubectl patch crd crontabs." + group_ + " --type=json -p '[{\"op\":\"add\",";
  const std::string at =
      "\"path\":\"/spec/versions/0/schema/openAPIV3Schema/properties/spec/"
      "x-kubernetes-validations\",\"value\":";
  write("odd.yaml", object("my", "spec: {cronSpec: '* * * * */5', replicas: 3}"));
  write("even.yaml", object("my", "spec: {cronSpec: '* * * * */5', replicas: 4}"));
  write("fewer.yaml", object("my", "spec: {cronSpec: '* * * * */5', replicas: 2}"));
  play({
      {patch + at + "[{\"rule\":\"self.nothing > 1\"}]}]'",
       "…compilation failed: ERROR: <input>:1:5: undefined field 'nothing'\n | self.nothing > 1\n "
       "| ....^",
       1},
      {patch + at +
           "[{\"rule\":\"self.replicas % 2 == 0\",\"message\":\"must be even\"},"
           "{\"rule\":\"self.replicas >= oldSelf.replicas\",\"messageExpression\":"
           "\"\\\"not fewer than %d\\\".format([oldSelf.replicas])\"}]}]'",
       crd() + " patched"},
      {"kubectl apply -f odd.yaml --dry-run=server", std::string("…") + kind + "must be even", 1,
       kEventually},
      {"kubectl apply -f even.yaml", my() + " created"},
      {"kubectl apply -f fewer.yaml", std::string("…") + kind + "not fewer than 4", 1},
      {"kubectl get ct my -o jsonpath='{.spec.replicas}'", "4"},
  });
}

TEST_F(Custom, RulesThatMayCostTooMuchAreRefused) {
  write("dear.yaml", R"(
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: dears.)" +
                         ns() + R"(.example.com}
spec:
  group: )" + ns() + R"(.example.com
  scope: Namespaced
  names: {plural: dears, singular: dear, kind: Dear}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            properties:
              names:
                type: array
                items: {type: string}
                x-kubernetes-validations:
                - rule: self.all(x, self.exists_one(y, x == y))
)");
  const std::string more =
      " (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, "
      "maps, and strings are declared)";
  play({
      {"kubectl apply -f dear.yaml",
       "The CustomResourceDefinition \"dears." + ns() + ".example.com\" is invalid: \n"
       "* spec.validation.openAPIV3Schema.properties[spec].properties[names].x-kubernetes-"
       "validations[0].rule: Forbidden: estimated rule cost exceeds budget by factor of more than "
       "100x" + more + "\n"
       "* spec.validation.openAPIV3Schema.properties[spec].properties[names].x-kubernetes-"
       "validations[0].rule: Forbidden: contributed to estimated rule cost total exceeding cost "
       "limit for entire OpenAPIv3 schema\n"
       "* spec.validation.openAPIV3Schema: Forbidden: x-kubernetes-validations estimated rule cost "
       "total for entire OpenAPIv3 schema exceeds budget by factor of more than 100x" + more,
       1},
  });
}

}  // namespace
}  // namespace kubus::e2e
