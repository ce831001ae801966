// The connections of a Client: one in use, and those that are kept for the next request.
//
// Thread safety: on the thread of their io_context.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <list>
#include <memory>
#include <optional>
#include <string>

#include "kubus/http/client.h"

namespace kubus::http {

class ClientLink {
 public:
  explicit ClientLink(boost::asio::io_context& io) : resolver_(io), socket_(io) {}

  // Why there is no connection, or empty.
  boost::asio::awaitable<std::string> connect(const ClientRequest& request);
  boost::asio::awaitable<Result<Response>> exchange(const ClientRequest& request);
  // What is waited for ends with an error.
  void abort();

  bool answered = false;  // a part of the answer to the last request has come
  bool lasts = false;     // the server keeps it open

 private:
  boost::asio::awaitable<std::string> secure(const ClientRequest& request);
  template <class Stream>
  boost::asio::awaitable<Result<Response>> talk(Stream& stream, const ClientRequest& request);

  bool aborted_ = false;
  boost::asio::ip::tcp::resolver resolver_;
  boost::asio::ip::tcp::socket socket_;
  std::shared_ptr<const ClientTls> tls_;
  std::optional<boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>> secure_;
  boost::beast::flat_buffer buffer_;
};
using ClientLinkPtr = std::unique_ptr<ClientLink>;

class IdleLinks {
 public:
  explicit IdleLinks(boost::asio::io_context& io) : timer_(io) {}
  // Null when there is none to where the request goes.
  ClientLinkPtr take(const ClientRequest& request);
  void keep(const ClientRequest& request, ClientLinkPtr link);
  void clear();

 private:
  struct Entry {
    std::string place;
    std::shared_ptr<const ClientTls> tls;
    ClientLinkPtr link;
    std::chrono::steady_clock::time_point since;
  };
  void expire();

  std::list<Entry> entries_;  // the oldest first
  boost::asio::steady_timer timer_;
  bool waiting_ = false;
};

}  // namespace kubus::http
