#include "proxy/url_target.h"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

namespace kubus::apiserver {

Result<http::ClientRequest> request_to(const std::string& url) {
  constexpr std::uint16_t kHttp = 80, kHttps = 443;
  const auto parsed = boost::urls::parse_uri(url);
  const auto wrong = [&] { return Status(Code::kInvalid, "invalid URL " + url); };
  if (!parsed || parsed->has_userinfo() || parsed->has_fragment()) return wrong();
  const bool secure = parsed->scheme_id() == boost::urls::scheme::https;
  if (!secure && parsed->scheme_id() != boost::urls::scheme::http) return wrong();
  http::ClientRequest request;
  request.host = parsed->host_address();
  request.port = secure ? kHttps : kHttp;
  if (parsed->has_port()) request.port = parsed->port_number();
  if (request.host.empty() || request.port == 0) return wrong();
  request.target = std::string(parsed->encoded_target());
  if (!request.target.starts_with('/')) request.target.insert(0, "/");
  return request;
}

}  // namespace kubus::apiserver
