// RemoteServices: the groups and versions that other servers answer for, as APIServices name them.
//
// Thread safety: all members from any thread.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "aggregation/api_service.h"
#include "cache/resource_cache.h"
#include "discovery/rank.h"
#include "kubus/http/tls.h"
#include "kubus/pki/certificate.h"

namespace kubus::apiserver::aggregation {

struct RemoteService {
  std::string name, group, version;
  std::string ns, service, port;  // where it is served
  std::string spec;               // all that its APIService says, for comparison
  ServiceRank rank;
  bool available = false;
  using Tls = Result<std::shared_ptr<const http::ClientTls>>;
  // With our certificate; why there is none.
  Tls tls = Status(Code::kUnknown, "not made");
  // The same without a look at theirs, to find out whether it answers at all.
  Tls probing = Status(Code::kUnknown, "not made");
  bool checks_name = true;

  std::string server_name() const { return service + "." + ns + ".svc"; }
};
using RemoteServicePtr = std::shared_ptr<const RemoteService>;
using RemoteServiceMap = std::map<std::string, RemoteServicePtr, std::less<>>;  // by name

class RemoteServices {
 public:
  // `client`: the certificate that we show.
  RemoteServices(const ResourceCache& services, pki::Pair client)
      : services_(services), client_(std::move(client)) {}
  void set_client(pki::Pair client);
  // Never null.
  std::shared_ptr<const RemoteServiceMap> all();
  // Whose business "/apis/GROUP/VERSION/..." is, or the description of that at
  // "/openapi/v3/apis/GROUP/VERSION"; null: our own.
  RemoteServicePtr find(std::string_view path);

 private:
  // What was made before is used again where the object says the same.
  RemoteServicePtr make(const APIService& object, const RemoteServiceMap& before) const;

  const ResourceCache& services_;
  std::mutex mutex_;
  pki::Pair client_;
  std::int64_t revision_ = -1;
  bool renewed_ = false;  // another certificate than all_ was made with
  std::shared_ptr<const RemoteServiceMap> all_ = std::make_shared<RemoteServiceMap>();
};

}  // namespace kubus::apiserver::aggregation
