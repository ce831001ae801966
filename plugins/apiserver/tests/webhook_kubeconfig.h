// The kubeconfig by which the server is told of a webhook of a test.
#pragma once

#include <fstream>
#include <string>

#include "tests/hook_server.h"

namespace kubus::apiserver {

inline std::string write_webhook_kubeconfig(const HookServer& hooks, const std::string& path,
                                            const std::string& file) {
  std::ofstream(file) << "apiVersion: v1\nkind: Config\ncurrent-context: here\n"
                      << "contexts: [{name: here, context: {cluster: hook, user: me}}]\n"
                      << "users: [{name: me, user: {token: secret}}]\n"
                      << "clusters: [{name: hook, cluster: {server: '" << hooks.url(path)
                      << "', certificate-authority-data: " << hooks.ca_bundle() << "}}]\n";
  return file;
}

}  // namespace kubus::apiserver
