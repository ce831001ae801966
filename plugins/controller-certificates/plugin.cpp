#include <kubus/api/time.h>
#include <kubus/controller.h>
#include <kubus/pki/files.h>
#include <kubus/pki/signing_request.h>
#include <kubus/plugin.h>

#include <algorithm>
#include <optional>

#include "approval.h"
#include "cleaning.h"

namespace kubus::certificates {

class CertificatesPlugin : public Plugin {
 public:
  using Plugin::Plugin;

  Status start() override {
    const auto& config = context().config();
    files_.certificate = config.string("cluster_signing_cert_file");
    files_.key = config.string("cluster_signing_key_file");
    longest_ = std::chrono::duration_cast<std::chrono::seconds>(
        config.duration("cluster_signing_duration"));
    if (files_.certificate.empty() != files_.key.empty())
      return Status(Code::kInvalid,
                    "cluster_signing_cert_file and cluster_signing_key_file go together");
    if (longest_ <= std::chrono::seconds(0))
      return Status(Code::kInvalid, "cluster_signing_duration must be longer than nothing");
    if (files_.key.empty())
      context().log().info("no cluster_signing_key_file is set: no certificate is signed");
    return controller_.reconcile<CertificateSigningRequest>(
        [this](const CertificateSigningRequest& request) { return reconcile(request); });
  }

 private:
  Outcome reconcile(const CertificateSigningRequest& request) {
    if (is_deleting(request)) return Outcome::done();
    const auto now = std::chrono::system_clock::now();
    const auto end = end_of(request);
    if (end && *end < now) return remove(request);
    std::optional<Duration> again;
    if (end) again = *end - now + std::chrono::seconds(1);
    if (is_undecided(request)) {
      auto approved = approve(request);
      if (!approved.ok()) return gone_is_fine(approved.status());
      if (!*approved) again = std::min(again.value_or(Duration::max()), patience(request, now));
    } else if (awaits_signature(request)) {
      if (Status signed_ = sign(request); !signed_.ok()) return gone_is_fine(signed_);
    }
    return again ? Outcome::requeue_after(*again) : Outcome::done();
  }

  // Whether there is nothing left to wait for. Rights may come after the request that needs them.
  Result<bool> approve(const CertificateSigningRequest& request) {
    auto asked = pki::read_request(request.spec().request());
    if (!asked.ok()) return true;
    const auto grounds = grounds_of(request, *asked);
    for (const auto& ground : grounds) {
      auto answer = controller_.client().create(question(request, ground));
      if (!answer.ok()) return answer.status();
      if (!answer->status().allowed()) continue;
      const Status approved =
          controller_.client()
              .patch<CertificateSigningRequest>(key_of(request), PatchType::kMerge,
                                                approval_patch(request, ground), "approval")
              .status();
      if (!approved.ok()) return approved;
      return true;
    }
    return grounds.empty();
  }

  Status sign(const CertificateSigningRequest& request) {
    if (files_.key.empty()) return {};
    auto asked = pki::read_request(request.spec().request());
    const Status good = asked.ok() ? check_request(request, *asked) : asked.status();
    if (!good.ok())
      return controller_.client().update_status(failed(request, good.message())).status();
    // Read each time, so that a CA that was replaced is the one that signs.
    auto ca = pki::load(files_);
    if (!ca.ok()) return ca.status();
    auto certificate = pki::sign_request(*ca, request.spec().request(),
                                         {usages_of(request), lifetime_of(request, longest_)});
    if (!certificate.ok()) return certificate.status().annotate("cluster_signing_cert_file");
    auto issued = request;
    issued.mutable_status()->set_certificate(*certificate);
    return controller_.client().update_status(issued).status();
  }

  Status remove(const CertificateSigningRequest& request) {
    DeleteOptions options;
    options.uid = request.metadata().uid();
    return gone_is_fine(
        controller_.client().remove<CertificateSigningRequest>(key_of(request), options));
  }

  static Status gone_is_fine(const Status& status) {
    return status.code() == Code::kNotFound ? Status() : status;
  }

  // When it is twice as old as now, but within a second to a quarter of an hour.
  static Duration patience(const CertificateSigningRequest& request, SystemTime now) {
    const Duration age = now - to_time(request.metadata().creationtimestamp());
    return std::clamp<Duration>(age, std::chrono::seconds(1), std::chrono::minutes(15));
  }

  pki::PairFiles files_;
  std::chrono::seconds longest_{0};
  Controller controller_{context(), "certificates"};
};

}  // namespace kubus::certificates

KUBUS_PLUGIN(kubus::certificates::CertificatesPlugin)
