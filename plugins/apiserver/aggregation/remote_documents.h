// What other servers say of their APIs in OpenAPI, for the routes of ours.
//
// Thread safety: immutable, but for what is made on first use.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "discovery/discovery.h"
#include "openapi/openapi.h"

namespace kubus::apiserver::aggregation {

// Version 2, of all servers in one.
class MergedDocument {
 public:
  explicit MergedDocument(std::string json);
  const DiscoveryDocument& json() const { return json_; }
  const DiscoveryDocument& protobuf() const;

 private:
  const DiscoveryDocument json_;
  mutable std::once_flag once_;
  mutable DiscoveryDocument protobuf_;
};

struct RemoteDocuments {
  OpenApi::Pages pages;                          // version 3
  std::shared_ptr<const MergedDocument> merged;  // null: no other server has any
};

}  // namespace kubus::apiserver::aggregation
