// Where the server's client CA comes from: a file, or what the API server publishes in ConfigMap
// kube-system/extension-apiserver-authentication.
//
// Thread safety: start() once, on the Loop.
#pragma once

#include <k8s/core/v1/config_map.pb.h>

#include <functional>
#include <optional>
#include <string>

#include "kubus/api/types.h"
#include "kubus/informer.h"
#include "kubus/status.h"

namespace kubus::kubelet {

class ClientCa {
 public:
  ClientCa(Context& context, std::string file) : context_(context), file_(std::move(file)) {}
  // `known` gets the CA, in PEM, when it is known and whenever it changes; on the Loop.
  Status start(std::function<void(const std::string& pem)> known);

 private:
  Context& context_;
  const std::string file_;
  std::optional<Informer<core_v1::ConfigMap>> published_;
};

}  // namespace kubus::kubelet
