#include "reply.h"

namespace kubus::kubelet {
namespace {

http::Response reply(int status, std::string type, std::string body) {
  http::Response response;
  response.status = status;
  response.headers.add("Content-Type", std::move(type));
  response.body.push_back(Bytes(std::move(body)));
  return response;
}

}  // namespace

http::Response text_reply(int status, std::string body) {
  return reply(status, "text/plain; charset=utf-8", std::move(body));
}

http::Response json_reply(std::string body) {
  return reply(200, "application/json", std::move(body));
}

http::Response error_reply(const Status& error) {
  return text_reply(http_code(error.code()), error.message());
}

http::Response not_found_reply() { return text_reply(404, "404: Page Not Found"); }

}  // namespace kubus::kubelet
