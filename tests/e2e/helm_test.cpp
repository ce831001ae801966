// A chart's life with helm.
#include "play.h"

namespace kubus::e2e {
namespace {

using Helm = Play;

TEST_F(Helm, InstallsUpgradesAndRollsBack) {
  write("make-chart", R"(#!/bin/sh
mkdir -p chart/templates
cat >chart/Chart.yaml <<END
{apiVersion: v2, name: chart, version: 0.1.0}
END
echo 'replicas: 1' >chart/values.yaml
cat >chart/templates/all.yaml <<END
apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}-config}
data: {replicas: "{{ .Values.replicas }}"}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: {{ .Release.Name }}}
spec:
  replicas: {{ .Values.replicas }}
  selector: {matchLabels: {app: {{ .Release.Name }}}}
  template:
    metadata: {labels: {app: {{ .Release.Name }}}}
    spec: {containers: [{name: c, image: "demo:1.0"}]}
END
)",
        true);
  // Server-side apply is not served; helm takes its older way when it is told to.
  play({
      {"./make-chart", ""},
      {"helm install web chart --server-side=false --wait --timeout 60s",
       "NAME: web\n…\nSTATUS: deployed\nREVISION: 1\n…"},
      {"kubectl get deployment web --no-headers", "web  1/1  1  1  …"},
      {"helm list --no-headers", "web " + ns() + " 1 … deployed chart-0.1.0…"},
      {"helm upgrade web chart --server-side=false --set replicas=2 --wait --timeout 60s",
       "Release \"web\" has been upgraded. Happy Helming!\n…\nREVISION: 2\n…"},
      {"kubectl get deployment web --no-headers", "web  2/2  2  2  …"},
      {"kubectl get configmap web-config -o 'jsonpath={.data.replicas}'", "2"},
      {"helm rollback web 1 --server-side=false --wait --timeout 60s",
       "Rollback was a success! Happy Helming!"},
      {"kubectl get configmap web-config -o 'jsonpath={.data.replicas}'", "1"},
      {"helm history web -o json | grep -o '\"revision\":[0-9]*'",
       "\"revision\":1\n\"revision\":2\n\"revision\":3"},
      {"helm uninstall web", "release \"web\" uninstalled"},
      {"kubectl get deployments,configmaps -o name", "configmap/kube-root-ca.crt", 0, kEventually},
  });
}

}  // namespace
}  // namespace kubus::e2e
