// A custom kind with two versions that are both served, as users of kubectl change its objects.
#include "play.h"

namespace kubus::e2e {
namespace {

class CustomVersions : public Play {
 protected:
  void SetUp() override {
    Play::SetUp();
    if (IsSkipped()) return;
    group_ = ns() + ".example.com";
    write("crd.yaml", R"(
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: gadgets.)" +
                          group_ + R"(}
spec:
  group: )" + group_ + R"(
  scope: Namespaced
  names: {plural: gadgets, singular: gadget, kind: Gadget}
  versions:
  - name: v1
    served: true
    storage: true
    subresources: {status: {}}
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec: {type: object, properties: {size: {type: integer, minimum: 1}}}
          status: {type: object, properties: {phase: {type: string}}}
  - name: v2
    served: true
    storage: false
    subresources: {status: {}}
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            properties:
              size: {type: integer, minimum: 1}
              colour: {type: string, default: red}
          status: {type: object, properties: {phase: {type: string}}}
)");
    write("g.yaml", "apiVersion: " + group_ +
                        "/v1\nkind: Gadget\nmetadata: {name: g, labels: {a: b}}\n"
                        "spec: {size: 1}\n");
    // An editor that shows what it was given, and does what $EDIT says.
    write("editor", "#!/bin/sh\ncp \"$1\" seen.yaml\nsed -i \"$EDIT\" \"$1\"\n", true);
    const auto crd = "customresourcedefinition.apiextensions.k8s.io/gadgets." + group_;
    play({
        {"kubectl apply -f crd.yaml", crd + " created"},
        {"kubectl wait --for=condition=Established " + crd, crd + " condition met"},
        {"kubectl create -f g.yaml", g() + " created", 0, kEventually},
    });
  }
  void TearDown() override {
    if (!IsSkipped()) output_of("kubectl delete crd gadgets." + group_ + " --ignore-not-found");
  }

  std::string g() const { return "gadget." + group_ + "/g"; }
  std::string edit(const std::string& change, const std::string& what = "gadget g") const {
    return "EDIT='" + change + "' EDITOR=./editor kubectl edit " + what;
  }
  // A version's own name of the object.
  std::string in(const std::string& version) const {
    return "gadgets." + version + "." + group_ + " g";
  }
  static std::string get(const std::string& what, const std::string& path) {
    return "kubectl get " + what + " -o jsonpath='" + path + "'";
  }

  std::string group_;
};

TEST_F(CustomVersions, AreEditedInTheOneThatIsPreferredOrAskedFor) {
  play({
      {edit("s/size: 1/size: 2/"), g() + " edited"},
      {"grep -e ^apiVersion -e colour -e size seen.yaml",
       "apiVersion: " + group_ + "/v2\n  size: 1"},
      {get(in("v1"), "{.apiVersion} {.spec} {.metadata.generation}"),
       group_ + "/v1 {\"size\":2} 2"},
      {edit("s/size: 2/size: 3/", in("v1")), g() + " edited"},
      {"grep -e ^apiVersion -e colour -e size seen.yaml",
       "apiVersion: " + group_ + "/v1\n  size: 2"},
      // Defaults of what is read are those of the version that is stored.
      {get(in("v2"), "{.spec}"), R"({"size":3})"},
      {edit(""), "Edit cancelled, no changes made."},
      // What is refused is shown again, and left when nothing more is changed.
      {edit("s/size: 3/size: 0/"), R"(
error: gadgets.)" + group_ + R"( "g" is invalid
A copy of your changes has been stored to "…"
error: Edit cancelled, no valid changes were saved.)",
       1},
      {"grep '^# \\*' seen.yaml",
       "# * spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1"},
      {edit("s/^kind/status: {phase: Odd}\\nkind/"), g() + " edited"},
      {get("gadget g", "{.status} {.spec.size}"), " 3"},
      {edit("s/^kind/status: {phase: Made}\\nkind/", "gadget g --subresource=status"),
       g() + " edited"},
      {get("gadget g", "{.status} {.spec.size} {.metadata.generation}"),
       // A default of the version that was written counts as a change of it.
       "{\"phase\":\"Made\"} 3 4"},
  });
}

TEST_F(CustomVersions, AreDescribed) {
  play({
      {"kubectl patch gadget g --subresource=status --type=merge -p '{\"status\":{\"phase\":"
       "\"Ready\"}}'",
       g() + " patched"},
      {"kubectl describe gadget g", R"(
Name:         g
Namespace:    )" + ns() + R"(
Labels:       a=b
Annotations:  <none>
API Version:  )" + group_ + R"(/v2
Kind:         Gadget
Metadata:
  Creation Timestamp:  …
  Generation:          1
  Resource Version:    …
  UID:                 …
Spec:
  Size:  1
Status:
  Phase:  Ready
Events:   <none>
)"},
      {"kubectl describe " + in("v1") + " | sed -n '/^API/p;/^Spec/,$p'", R"(
API Version:  )" + group_ + R"(/v1
Spec:
  Size:  1
Status:
  Phase:  Ready
Events:   <none>
)"},
  });
}

TEST_F(CustomVersions, HaveAStatusOfItsOwnInBoth) {
  const std::string patch = "kubectl patch ";
  const std::string status = " --subresource=status --type=merge -p ";
  play({
      // Each path changes its part alone.
      {patch + in("v1") + status + R"('{"status":{"phase":"One"},"spec":{"size":9}}')",
       g() + " patched"},
      {get(in("v2"), "{.status.phase} {.spec.size} {.metadata.generation}"), "One 1 1"},
      {patch + in("v2") + status + R"('{"status":{"phase":"Two"},"spec":{"colour":"blue"}}')",
       g() + " patched"},
      {get(in("v1"), "{.status.phase} {.spec}"), "Two {\"size\":1}"},
      {patch + in("v2") + R"( --type=merge -p '{"status":{"phase":"Three"},"spec":{"size":2}}')",
       g() + " patched"},
      {get("gadget g", "{.status.phase} {.spec.size} {.metadata.generation}"), "Two 2 2"},
      {patch + in("v2") + status + R"('{"status":{"phase":4}}')",
       "The Gadget \"g\" is invalid: status.phase: Invalid value: \"integer\": status.phase in "
       "body must be of type string: \"integer\"",
       1},
      {patch + "gadget g --subresource=status --type=json -p "
               R"('[{"op":"replace","path":"/status/phase","value":"Five"}]')",
       g() + " patched"},
      {"kubectl get gadget g --subresource=status -o jsonpath='{.status.phase}'", "Five"},
      // Who changed which part in which version.
      {get("gadget g --show-managed-fields",
           "{range .metadata.managedFields[*]}{.manager} {.apiVersion} {.subresource} {.fieldsV1}"
           "{\"\\n\"}{end}") +
           " | sed s/" + group_ + "// | grep patch | sort",
       R"(
kubectl-patch /v1 status {"f:status":{}}
kubectl-patch /v2  {"f:spec":{"f:colour":{},"f:size":{}}}
kubectl-patch /v2 status {"f:status":{"f:phase":{}}})"},
  });
}

}  // namespace
}  // namespace kubus::e2e
