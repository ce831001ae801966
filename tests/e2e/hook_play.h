// A play with a webhook behind a Service: a server of the test, on the host's side of the cluster's
// link. `service.yaml` makes the Service "hooks" and its endpoints in the test's namespace.
//
// Thread safety: one thread.
#pragma once

#include <memory>
#include <string>

#include "play.h"
#include "tests/hook_server.h"

namespace kubus::e2e {

class HookPlay : public Play {
 protected:
  void SetUp() override {
    Play::SetUp();
    if (IsSkipped()) return;
    const auto node =
        output_of("kubectl get nodes -o jsonpath='{.items[0].status.addresses[0].address}'");
    const auto host = output_of("ip -o route get " + node + " | sed 's/.* src \\([^ ]*\\).*/\\1/'");
    server_ = std::make_unique<apiserver::HookServer>(host, "hooks." + ns() + ".svc");
    write("service.yaml", R"(
apiVersion: v1
kind: Service
metadata: {name: hooks}
spec: {ports: [{port: 443}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: hooks-1, labels: {kubernetes.io/service-name: hooks}}
addressType: IPv4
ports: [{name: "", port: )" + std::to_string(server_->port()) +
                              R"(}]
endpoints: [{addresses: [)" + host +
                              "]}]\n");
  }

  std::unique_ptr<apiserver::HookServer> server_;
};

}  // namespace kubus::e2e
