#include <k8s/certificates/v1/certificate_signing_request.pb.h>

#include <algorithm>

#include "kubus/api/time.h"
#include "strategy/kinds.h"

namespace kubus::apiserver {
namespace {

using certificates_v1::CertificateSigningRequest;

// When a condition was noted, and since when it has its status.
void set_times(CertificateSigningRequest& request, const CertificateSigningRequest& old) {
  for (auto& condition : *request.mutable_status()->mutable_conditions()) {
    if (is_zero(condition.lastupdatetime())) set_now(*condition.mutable_lastupdatetime());
    if (!is_zero(condition.lasttransitiontime())) continue;
    const auto& before = old.status().conditions();
    const auto same = std::find_if(before.begin(), before.end(), [&](const auto& one) {
      return one.type() == condition.type() && one.status() == condition.status() &&
             !is_zero(one.lasttransitiontime());
    });
    if (same == before.end())
      set_now(*condition.mutable_lasttransitiontime());
    else
      *condition.mutable_lasttransitiontime() = same->lasttransitiontime();
  }
}

// The findings of `type` become what they were, unless some are new or gone.
void keep_findings(CertificateSigningRequest& request, const CertificateSigningRequest& old,
                   std::string_view type) {
  const auto is = [&](const auto& one) { return one.type() == type; };
  auto& now = *request.mutable_status()->mutable_conditions();
  const auto& before = old.status().conditions();
  if (std::count_if(now.begin(), now.end(), is) != std::count_if(before.begin(), before.end(), is))
    return;
  auto from = before.begin();
  for (auto& condition : now)
    if (is(condition)) condition = *(from = std::find_if(from, before.end(), is))++;
}

// A signer sends back what it read, perhaps with a decision that has since been worded anew.
void keep_decision(Message& object, const Message& old) {
  auto& request = static_cast<CertificateSigningRequest&>(object);
  const auto& before = static_cast<const CertificateSigningRequest&>(old);
  for (const auto* type : {"Approved", "Denied"}) keep_findings(request, before, type);
  set_times(request, before);
}

void keep_approval(Message& object, const Message& old) {
  auto& request = static_cast<CertificateSigningRequest&>(object);
  const auto& before = static_cast<const CertificateSigningRequest&>(old);
  set_times(request, before);
  *request.mutable_spec() = before.spec();
  request.mutable_status()->clear_certificate();
  if (before.status().has_certificate())
    request.mutable_status()->set_certificate(before.status().certificate());
}

// Whoever approves a request relies on who is said to have made it.
void set_author(Message& object, const Identity& author) {
  auto& spec = *static_cast<CertificateSigningRequest&>(object).mutable_spec();
  spec.set_username(author.name);
  spec.set_uid(author.uid);
  spec.clear_extra();
  for (const auto& [key, values] : author.extra)
    for (const auto& value : values) (*spec.mutable_extra())[key].add_items(value);
  spec.clear_groups();
  for (const auto& group : author.groups) spec.add_groups(group);
}

void keep_spec(Message& object, const Message& old) {
  *static_cast<CertificateSigningRequest&>(object).mutable_spec() =
      static_cast<const CertificateSigningRequest&>(old).spec();
}

}  // namespace

void certificate_request_rules(Strategy& strategy) {
  strategy.set_author = set_author;
  strategy.prepare_update = keep_spec;
  strategy.prepare_status = keep_decision;
  strategy.parts = {{"approval", keep_approval}};
}

}  // namespace kubus::apiserver
