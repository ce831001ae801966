// The objects that a cluster has from its first start: namespaces, priority classes, the
// kubernetes Service and where it leads, and how clients are known.
//
// Thread safety: run() on the loop, once.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "registry/registry.h"
#include "server/options.h"

namespace kubus::apiserver {

class Bootstrap : public std::enable_shared_from_this<Bootstrap> {
 public:
  // `service_address` is the cluster address of the kubernetes Service, `port` ours; `client_ca`
  // signs the certificates of clients.
  Bootstrap(Registry& registry, const Options& options, const std::string& service_address,
            std::uint16_t port, const std::string& client_ca);
  // `done` gets the first failure, or ok.
  void run(UniqueFunction<void(Status)> done);

 private:
  struct Wanted {
    std::string group, version, plural, ns, name;
    std::string json;
    // The object follows the configuration: it is changed when it differs.
    bool refresh = false;
  };
  void next();
  CallPtr make_call(const Wanted& wanted, const char* verb) const;
  void settle(const Result<Answer>& result);

  Registry& registry_;
  std::vector<Wanted> wanted_;
  std::size_t at_ = 0;
  UniqueFunction<void(Status)> done_;
};

}  // namespace kubus::apiserver
