// The kubeconfig by which the server is told of a webhook of a test.
#pragma once

#include <fstream>
#include <string>

#include "tests/hook_server.h"

namespace kubus::apiserver {

// `address`: by which the server of the webhook is reached.
inline std::string write_webhook_kubeconfig(const HookServer& hooks, const std::string& path,
                                            const std::string& file,
                                            const std::string& address = "127.0.0.1") {
  std::ofstream(file) << "apiVersion: v1\nkind: Config\ncurrent-context: here\n"
                      << "contexts: [{name: here, context: {cluster: hook, user: me}}]\n"
                      << "users: [{name: me, user: {token: secret}}]\n"
                      << "clusters: [{name: hook, cluster: {server: 'https://" << address << ":"
                      << hooks.port() << path
                      << "', tls-server-name: hooks.default.svc, certificate-authority-data: "
                      << hooks.ca_bundle() << "}}]\n";
  return file;
}

}  // namespace kubus::apiserver
