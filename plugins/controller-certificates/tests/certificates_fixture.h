// Requests as tests need them.
#pragma once

#include <utility>

#include "rules.h"

namespace kubus::certificates {

inline CertificateSigningRequest request_to(const std::string& signer,
                                            const std::vector<std::string>& usages) {
  CertificateSigningRequest request;
  request.mutable_metadata()->set_name("asked");
  request.mutable_metadata()->set_resourceversion("7");
  request.mutable_spec()->set_signername(signer);
  for (const auto& usage : usages) request.mutable_spec()->add_usages(usage);
  return request;
}

inline void add_condition(CertificateSigningRequest& request, const std::string& type) {
  auto& condition = *request.mutable_status()->add_conditions();
  condition.set_type(type);
  condition.set_status("True");
}

inline pki::Facts node_facts() {
  pki::Facts facts;
  facts.subject = {"system:node:n1", {"system:nodes"}};
  return facts;
}

inline const std::vector<std::string> kNodeUsages = {"key encipherment", "client auth",
                                                     "digital signature"};

}  // namespace kubus::certificates
