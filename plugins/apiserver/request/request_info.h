// What a request is about, read off its method and path: which verb on which resource.
//
// Thread safety: a value.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "request/query.h"

namespace kubus::apiserver {

struct RequestInfo {
  bool is_resource = false;
  std::string path;
  // get list watch create update patch delete deletecollection for resources, else the HTTP method
  // in lower case.
  std::string verb;
  std::string group;
  std::string version;
  std::string ns;
  std::string resource;
  std::string name;
  std::string subresource;
  // Of a list, a watch or the deletion of many, as they were sent.
  std::string field_selector, label_selector;
  // What follows the subresource: the path behind a proxy.
  std::vector<std::string> rest;

  // "pods" or "deployments.apps".
  std::string qualified_resource() const {
    return group.empty() ? resource : resource + "." + group;
  }
};

RequestInfo parse_request(std::string_view method, std::string_view path, const Query& query);

}  // namespace kubus::apiserver
