// A custom kind whose versions a webhook behind a Service converts, as users of kubectl meet it:
// spec.size of v1, which is stored, is spec.width in v2.
#include "hook_play.h"
#include "tests/conversion_hook.h"

namespace kubus::e2e {
namespace {

class Conversion : public HookPlay {
 protected:
  void SetUp() override {
    HookPlay::SetUp();
    if (IsSkipped()) return;
    group_ = ns() + ".example.com";
    server_->on_whole("/convert", [](const std::string& question) {
      return apiserver::converted(question, apiserver::rename_size);
    });
    write("crd.yaml", R"(
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: gadgets.)" +
                          group_ + R"(}
spec:
  group: )" + group_ + R"(
  scope: Namespaced
  names: {plural: gadgets, singular: gadget, kind: Gadget}
  conversion:
    strategy: Webhook
    webhook:
      conversionReviewVersions: [v1]
      clientConfig:
        service: {name: hooks, namespace: )" + ns() + R"(, path: /convert}
        caBundle: )" + server_->ca_bundle() + R"(
  versions:
  - name: v1
    served: true
    storage: true
    subresources: {status: {}}
    additionalPrinterColumns: [{name: Size, type: integer, jsonPath: .spec.size}]
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
    additionalPrinterColumns: [{name: Width, type: integer, jsonPath: .spec.width}]
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec: {type: object, properties: {width: {type: integer, minimum: 2}}}
          status: {type: object, properties: {phase: {type: string}}}
)");
    object("one.yaml", "v1", "one", "size: 5");
    object("two.yaml", "v2", "two", "width: 6");
    write("editor", "#!/bin/sh\ncp \"$1\" seen.yaml\nsed -i \"$EDIT\" \"$1\"\n", true);
    play({
        {"kubectl apply -f service.yaml", R"(
service/hooks created
endpointslice.discovery.k8s.io/hooks-1 created)"},
        {"kubectl apply -f crd.yaml", crd() + " created"},
        {"kubectl wait --for=condition=Established " + crd(), crd() + " condition met"},
        {"kubectl apply -f one.yaml", gadget("one") + " created", 0, kEventually},
    });
  }
  void TearDown() override {
    if (!IsSkipped()) output_of("kubectl delete crd gadgets." + group_ + " --ignore-not-found");
    Play::TearDown();
  }

  void object(const std::string& file, const std::string& version, const std::string& name,
              const std::string& spec) {
    write(file, "apiVersion: " + group_ + "/" + version + "\nkind: Gadget\nmetadata: {name: " +
                    name + "}\nspec: {" + spec + "}\n");
  }
  std::string crd() const {
    return "customresourcedefinition.apiextensions.k8s.io/gadgets." + group_;
  }
  std::string gadget(const std::string& name) const { return "gadget." + group_ + "/" + name; }
  // All objects as a version has them.
  std::string in(const std::string& version) const { return "gadgets." + version + "." + group_; }
  static std::string get(const std::string& what, const std::string& path) {
    return "kubectl get " + what + " -o jsonpath='" + path + "'";
  }
  // What users are told while nobody can be asked.
  std::string unreached(const std::string& version) const {
    return "conversion webhook for " + group_ + "/" + version +
           ", Kind=Gadget failed: Post \"https://hooks." + ns() +
           ".svc:443/convert?timeout=30s\": service \"hooks\" not found";
  }

  std::string group_;
};

TEST_F(Conversion, IsSeenByWhoeverReadsAndWrites) {
  play({
      {"kubectl get " + in("v1"), "NAME   SIZE\none    5"},
      {"kubectl get " + in("v2"), "NAME   WIDTH\none    5"},
      {"kubectl get gadgets -o jsonpath='{.items[*].apiVersion}'", group_ + "/v2"},
      {"kubectl apply -f two.yaml", gadget("two") + " created"},
      {get(in("v1") + " two", "{.spec}"), R"({"size":6})"},
      {"sed -i 's/width: 6/width: 1/' two.yaml; kubectl apply -f two.yaml",
       "The Gadget \"two\" is invalid: spec.width: Invalid value: 1: spec.width in body should be "
       "greater than or equal to 2",
       1},
      {"sed -i 's/width: 1/width: 7/' two.yaml; kubectl apply -f two.yaml",
       gadget("two") + " configured"},
      {"kubectl apply -f two.yaml", gadget("two") + " unchanged"},
      {get(in("v1") + " two", "{.spec} {.metadata.generation}"), R"({"size":7} 2)"},
      {"EDIT='s/width: 7/width: 8/' EDITOR=./editor kubectl edit gadget two",
       gadget("two") + " edited"},
      {"grep -e ^apiVersion -e width -e size seen.yaml | grep -v '{'",
       "apiVersion: " + group_ + "/v2\n  width: 7"},
      {"kubectl patch " + in("v1") + " two --type=merge -p '{\"spec\":{\"size\":9}}'",
       gadget("two") + " patched"},
      {"kubectl patch " + in("v2") + " two --subresource=status --type=merge -p "
                                     "'{\"status\":{\"phase\":\"Ready\"}}'",
       gadget("two") + " patched"},
      {get(in("v2"), "{range .items[*]}{.metadata.name} {.spec} {.status.phase};{end}"),
       R"(one {"width":5} ;two {"width":9} Ready;)"},
      {"kubectl apply --server-side --force-conflicts -f one.yaml",
       gadget("one") + " serverside-applied"},
      {"kubectl delete gadget two", "gadget." + group_ + " \"two\" deleted from … namespace"},
      {"kubectl get " + in("v1"), "NAME   SIZE\none    5"},
  });
}

TEST_F(Conversion, IsFollowed) {
  const std::string shown =
      " -o jsonpath='{.type} {.object.metadata.name} {.object.spec}{\"\\n\"}'";
  play({
      {"timeout 120 kubectl get " + in("v2") + " --watch --output-watch-events" + shown +
           " >seen 2>&1 & echo $! >watch",
       ""},
      {"cat seen", R"(ADDED one {"width":5})", 0, kEventually},
      {"kubectl apply -f two.yaml", gadget("two") + " created"},
      {"kubectl patch " + in("v1") + " two --type=merge -p '{\"spec\":{\"size\":9}}'",
       gadget("two") + " patched"},
      {"kubectl delete " + in("v1") + " two",
       "gadget." + group_ + " \"two\" deleted from … namespace"},
      {"cat seen", R"(
ADDED one {"width":5}
ADDED two {"width":6}
MODIFIED two {"width":9}
DELETED two {"width":9})",
       0, kEventually},
      {"kill $(cat watch)", ""},
  });
}

TEST_F(Conversion, IsMissedByThoseWhoNeedItAlone) {
  play({
      {"kubectl delete service hooks", "service \"hooks\" deleted from … namespace"},
      {"kubectl get " + in("v2"), "Error from server: " + unreached("v1"), 1},
      {"kubectl create -f two.yaml",
       "Error from server: error when creating \"two.yaml\": " + unreached("v2"), 1},
      {"kubectl get " + in("v1"), "NAME   SIZE\none    5"},
      {"kubectl patch " + in("v1") + " one --type=merge -p '{\"spec\":{\"size\":6}}'",
       gadget("one") + " patched"},
      {"kubectl apply -f service.yaml | head -1", "service/hooks created"},
      {"kubectl get " + in("v2"), "NAME   WIDTH\none    6", 0, kEventually},
      // Now v2 is stored; what is there stays as it was, and goes without being asked about.
      {"sed -i '0,/storage: true/s//storage: x/; s/storage: false/storage: true/; "
       "s/storage: x/storage: false/' crd.yaml && kubectl apply -f crd.yaml",
       crd() + " configured"},
      {"kubectl create -f two.yaml", gadget("two") + " created"},
      {"kubectl get " + in("v2"), "NAME   WIDTH\none    6\ntwo    6"},
      {"kubectl get crd gadgets." + group_ + " -o jsonpath='{.status.storedVersions}'",
       R"(["v1","v2"])"},
      {"kubectl delete service hooks", "service \"hooks\" deleted from … namespace"},
      {"kubectl delete crd gadgets." + group_,
       "customresourcedefinition.apiextensions.k8s.io \"gadgets." + group_ + "\" deleted"},
      {"kubectl get crd gadgets." + group_,
       "Error from server (NotFound): customresourcedefinitions.apiextensions.k8s.io \"gadgets." +
           group_ + "\" not found",
       1},
  });
}

}  // namespace
}  // namespace kubus::e2e
