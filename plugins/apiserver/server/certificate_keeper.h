// Keeps the server's certificates current while it runs: those whose files change on disk are used
// from then on, and its own are renewed before they expire.
//
// Thread safety: open() on the pool; start() and stop() on the loop, start() after open().
#pragma once

#include <functional>
#include <string>

#include "kubus/context.h"
#include "pki/cluster_pki.h"
#include "server/certificates.h"
#include "server/file_watch.h"

namespace kubus::apiserver {

class CertificateKeeper {
 public:
  // Called on the pool, never twice at once.
  using Use = std::function<void(const Certificates&)>;

  // `options` outlives it; `service_address` is the cluster address of the kubernetes Service.
  CertificateKeeper(Context& context, const Options& options, std::string service_address);
  // What is there, with what was missing made.
  Result<Certificates> open();
  // From now on `use` gets what takes the place of what open() gave. Directories that cannot be
  // watched are logged: their changes are seen at the next start then.
  void start(Use use);
  void stop() { watch_.stop(); }

 private:
  Duration refresh();
  bool renew();
  Duration until_renewal() const;

  Context& context_;
  const Options& options_;
  const std::string service_address_;
  Use use_;
  // On the pool, by one task at a time.
  HeldCertificates held_;
  FileWatch watch_;
};

}  // namespace kubus::apiserver
