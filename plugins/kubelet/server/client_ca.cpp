#include "client_ca.h"

#include "kubus/pki/files.h"

namespace kubus::kubelet {
namespace {

constexpr const char* kNamespace = "kube-system";
constexpr const char* kName = "extension-apiserver-authentication";
constexpr const char* kKey = "client-ca-file";

}  // namespace

Status ClientCa::start(std::function<void(const std::string& pem)> known) {
  if (!file_.empty()) {
    const auto pem = pki::read_file(file_);
    if (!pem.ok()) return pem.status().annotate("client_ca_file");
    known(*pem);
    return {};
  }
  InformerOptions only;
  only.ns = kNamespace;
  only.field_selector = std::string("metadata.name=") + kName;
  published_.emplace(context_, only);
  published_->on_change([known = std::move(known)](const auto&, const auto& now) {
    // One that vanished for a moment is no reason to turn everybody away.
    if (!now) return;
    const auto pem = now->data().find(kKey);
    if (pem != now->data().end()) known(pem->second);
  });
  return {};
}

}  // namespace kubus::kubelet
