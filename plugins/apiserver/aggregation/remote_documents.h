// What other servers say of their APIs in OpenAPI, for the routes of ours.
//
// Thread safety: immutable, but for what is made on first use.
#pragma once

#include <map>
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

using DocumentPtr = std::shared_ptr<const DiscoveryDocument>;

// Null for an empty body.
DocumentPtr json_document(std::string body);

struct RemoteDocuments {
  OpenApi::Pages pages;                          // version 3
  // Those of the pages that are made here, of servers that have version 2 only.
  std::map<std::string, DocumentPtr, std::less<>> made;
  std::shared_ptr<const MergedDocument> merged;  // null: no other server has any
};

}  // namespace kubus::apiserver::aggregation
