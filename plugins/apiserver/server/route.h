// The paths that are no resources: health, version, metrics, discovery. Each is a small function.
//
// Thread safety: routes are added before the server starts; find() from any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kubus/http/exchange.h"
#include "request/query.h"
#include "request/request_info.h"

namespace kubus::apiserver {

struct RouteCall {
  const http::Request& request;
  const RequestInfo& info;
  const Query& query;
};

class Routes {
 public:
  using Handler = UniqueFunction<http::Response(const RouteCall&)>;
  // `path` alone, or with `below` everything beneath it as well.
  void add(std::string path, bool below, Handler handler);
  // For GET alone.
  void add_read(std::string path, Handler handler);
  // Null when no route has the path.
  Handler* find(std::string_view path);

 private:
  struct Route {
    std::string path;
    bool below;
    Handler handler;
  };
  std::vector<Route> routes_;
};

// A response of one text.
http::Response text_response(int status, std::string_view content_type, std::string body);
// Where nothing is, not even an API.
http::Response no_page();
// To a request that is no GET, where the reference routes by method.
http::Response other_method(const http::Request& request);

}  // namespace kubus::apiserver
