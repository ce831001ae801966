#include "upstream.h"

#include <cctype>

namespace kubus::http {
namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

std::string connect_failure(const boost::system::error_code& error) {
  if (error == asio::error::operation_aborted) return "i/o timeout";
  std::string text = error.message();
  text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
  return "connect: " + text;
}

}  // namespace

bool is_upgrade(const Request& request) {
  return request.headers.has_token("Connection", "upgrade");
}

bool belongs_to_hop(std::string_view field) {
  for (const char* name : {"Connection", "Content-Length", "Transfer-Encoding", "Date"})
    if (iequals(field, name)) return true;
  return false;
}

std::string upstream_request(const Request& request, const Upstream& upstream) {
  const bool upgrade = is_upgrade(request);
  std::string text = request.method + " " + upstream.target +
                     " HTTP/1.1\r\nHost: " + upstream.host + ":" + std::to_string(upstream.port) +
                     "\r\n";
  for (const auto& [name, value] : upstream.headers.fields())
    text.append(name).append(": ").append(value).append("\r\n");
  if (upgrade)
    text.append("Connection: Upgrade\r\nUpgrade: ")
        .append(request.headers.get("Upgrade"))
        .append("\r\n");
  else
    text.append("Connection: close\r\n");
  if (!request.body.empty() || request.method == "POST" || request.method == "PUT")
    text.append("Content-Length: ").append(std::to_string(request.body.size())).append("\r\n");
  return text + "\r\n" + request.body;
}

asio::awaitable<std::string> connect_upstream(tcp::socket& socket, const Upstream& upstream) {
  boost::system::error_code error;
  const auto address = asio::ip::make_address(upstream.host, error);
  if (error) co_return error.message();
  const tcp::endpoint place(address, upstream.port);
  const auto [failed] = co_await socket.async_connect(place, kAwaitUpstream);
  if (failed)
    co_return "dial tcp " + upstream.host + ":" + std::to_string(upstream.port) + ": " +
        connect_failure(failed);
  // A session's messages are small, and each is waited for.
  socket.set_option(tcp::no_delay(true), error);
  co_return std::string();
}

}  // namespace kubus::http
