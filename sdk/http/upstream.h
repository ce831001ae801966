// What both versions of HTTP need to pass a request on to another server.
//
// Thread safety: on the executor's thread.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <optional>
#include <string>

#include "kubus/http/exchange.h"
#include "kubus/http/tls.h"

namespace kubus::http {

constexpr auto kAwaitUpstream = boost::asio::as_tuple(boost::asio::use_awaitable);
constexpr std::size_t kRelayBlock = 32 * 1024;
constexpr auto kConnectTimeout = std::chrono::seconds(10);

bool is_upgrade(const Request& request);
// Takes out what is said to the connection it came by, and what a response's sender writes anew.
void drop_hop_fields(Headers& headers);
// What an answer says to whoever asked. Fields: those of Beast.
template <class Fields>
Headers end_to_end(const Fields& answer) {
  Headers headers;
  for (const auto& field : answer)
    headers.add(std::string(field.name_string()), std::string(field.value()));
  drop_hop_fields(headers);
  return headers;
}
// The request as it is sent there.
std::string upstream_request(const Request& request, const Upstream& upstream);

// Whoever says it, the client gets `answer` with the fields that are ours; its status is told.
void complete_answer(Upstream& upstream, Response& answer);

// The certificate of the other side must be of `name`, a host or an address.
void expect_name(SSL* connection, const std::string& name);
// Why a handshake failed.
std::string handshake_failure(SSL* connection, const boost::system::error_code& error,
                              const std::string& name);

// Connects `socket`; why that failed, as the reference words it, or empty.
boost::asio::awaitable<std::string> connect_upstream(boost::asio::ip::tcp::socket& socket,
                                                     const Upstream& upstream);

// Connects, and gives what it is connected by to `use`, which returns
// awaitable<optional<Response>>. What is returned the client is to get: what `use` says, or why
// there is no connection.
template <class Use>
boost::asio::awaitable<std::optional<Response>> with_upstream(boost::asio::any_io_executor executor,
                                                              Upstream& upstream, Use& use) {
  namespace asio = boost::asio;
  asio::ip::tcp::socket socket(executor);
  asio::steady_timer guard(executor, kConnectTimeout);
  guard.async_wait([&socket](boost::system::error_code error) {
    boost::system::error_code ignored;
    if (!error) socket.close(ignored);
  });
  if (auto why = co_await connect_upstream(socket, upstream); !why.empty())
    co_return upstream.failed(std::move(why));
  if (!upstream.tls) {
    guard.cancel();
    co_return co_await use(socket);
  }
  asio::ssl::stream<asio::ip::tcp::socket&> secure(socket, upstream.tls->context());
  if (!upstream.server_name.empty()) expect_name(secure.native_handle(), upstream.server_name);
  const auto [error] =
      co_await secure.async_handshake(asio::ssl::stream_base::client, kAwaitUpstream);
  guard.cancel();
  if (error)
    co_return upstream.failed(
        handshake_failure(secure.native_handle(), error, upstream.server_name));
  co_return co_await use(secure);
}

}  // namespace kubus::http
