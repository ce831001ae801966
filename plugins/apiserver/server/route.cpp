#include "server/route.h"

#include "request/media_type.h"
#include "respond/api_errors.h"
#include "respond/status_body.h"

namespace kubus::apiserver {

void Routes::add(std::string path, bool below, Handler handler) {
  routes_.push_back({std::move(path), below, std::move(handler)});
}

void Routes::add_read(std::string path, Handler handler) {
  add(std::move(path), false, [handler = std::move(handler)](const RouteCall& call) mutable {
    return call.request.method == "GET" ? handler(call) : other_method(call.request);
  });
}

Routes::Handler* Routes::find(std::string_view path) {
  for (auto& route : routes_) {
    if (path == route.path) return &route.handler;
    if (route.below && path.size() > route.path.size() && path.starts_with(route.path) &&
        path[route.path.size()] == '/')
      return &route.handler;
  }
  return nullptr;
}

http::Response text_response(int status, std::string_view content_type, std::string body) {
  http::Response response;
  response.status = status;
  response.headers.add("Content-Type", std::string(content_type));
  response.headers.add("Cache-Control", "no-cache, private");
  response.body.push_back(Bytes(std::move(body)));
  return response;
}

http::Response no_page() {
  auto response = text_response(404, "text/plain; charset=utf-8", "404 page not found\n");
  response.headers.add("X-Content-Type-Options", "nosniff");
  return response;
}

http::Response other_method(const http::Request& request) {
  return failure_response(errors::method_not_allowed(), request.headers.get("Accept"));
}

}  // namespace kubus::apiserver
