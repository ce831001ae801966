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

// How this server knows its clients, for those who serve in its name: the data of the ConfigMap
// extension-apiserver-authentication, as JSON. The CAs are PEM texts; empty: there is none.
std::string authentication_facts(const std::string& client_ca, const std::string& front_proxy_ca,
                                 const FrontProxyOptions& front_proxy);

class Bootstrap : public std::enable_shared_from_this<Bootstrap> {
 public:
  // `service_address` is the cluster address of the kubernetes Service, `port` ours; `facts` are
  // the authentication_facts().
  Bootstrap(Registry& registry, const Options& options, const std::string& service_address,
            std::uint16_t port, const std::string& facts);
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
