// Every kind can be listed in every form, described and explained.
#include <sstream>

#include "play.h"

namespace kubus::e2e {
namespace {

class EveryKind : public Play {
 protected:
  std::vector<std::string> resources(const std::string& filter = "") {
    std::istringstream names(output_of("kubectl api-resources -o name " + filter));
    std::vector<std::string> all;
    for (std::string name; names >> name;) all.push_back(name);
    EXPECT_GT(all.size(), 30u);
    return all;
  }
};

TEST_F(EveryKind, IsListed) {
  for (const auto& name : resources("--verbs=list")) {
    SCOPED_TRACE(name);
    const auto get = "kubectl get " + name + " -A 2>/dev/null -o ";
    play({
        {get + "wide", "…"},
        {get + "yaml", "apiVersion: v1\n…\nkind: List\nmetadata:\n  resourceVersion: \"\""},
        {get + "custom-columns=NAME:.metadata.name", "NAME\n…"},
        {"kubectl describe -A " + name, "…"},
    });
  }
}

TEST_F(EveryKind, IsPrintedInEveryForm) {
  play({
      {"kubectl get serviceaccounts -o name", "serviceaccount/default"},
      {"kubectl get serviceaccount default -o json", R"(
{
    "apiVersion": "v1",
    "kind": "ServiceAccount",
    "metadata": {
        "creationTimestamp": "…",
        "name": "default",
        "namespace": ")" + ns() + R"(",
        "resourceVersion": "…",
        "uid": "…"
    }
}
)"},
      {"kubectl get serviceaccount default -o 'jsonpath={.kind} {.metadata.name}'",
       "ServiceAccount default"},
      {"kubectl get configmap kube-root-ca.crt -o "
       "'go-template={{range $k, $v := .data}}{{$k}}{{end}}'",
       "ca.crt"},
      {"kubectl get configmap kube-root-ca.crt -o 'jsonpath={.data.ca\\.crt}' | head -1",
       "-----BEGIN CERTIFICATE-----"},
  });
}

TEST_F(EveryKind, IsExplained) {
  for (const auto& name : resources()) {
    // kubectl itself takes the core group's events for these.
    if (name == "events.events.k8s.io") continue;
    SCOPED_TRACE(name);
    play({{"kubectl explain --recursive " + name,
           "…\nKIND:       …\nVERSION:    …\n\nDESCRIPTION:\n    …\n…\nFIELDS:\n…\n  kind "
           "<string>\n…"}});
  }
}

}  // namespace
}  // namespace kubus::e2e
